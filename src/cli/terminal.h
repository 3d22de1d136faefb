#pragma once

#include <memory>

#include "base/result.h"
#include "cli/prompt.h"

namespace step::cli {

/// The terminal of this process, in raw mode while the object lives: standard input if that is
/// a terminal and one of the outputs is, else /dev/tty, so that piped input and prompts go
/// together. Its mode is restored when the object goes, and before a signal ends the process.
///
/// Fails with kUnavailable, "error allocating terminal: open /dev/tty: REASON".
Result<std::unique_ptr<Screen>> open_terminal();

}  // namespace step::cli
