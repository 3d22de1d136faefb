#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "commands/flags.h"

namespace step::commands {

// The flags of `step ca init`, and which go together.

Flags init_flags();

/// Refuses what contradicts itself, in the original's order, and then what this
/// version cannot make. Reads no file.
Status check_init_flags(const cli::Args& args);

}  // namespace step::commands
