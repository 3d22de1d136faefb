#pragma once

#include <optional>

#include "base/result.h"
#include "cli/program.h"

namespace step::cli {

/// "help": its flags and manual. What it shows is run_program()'s business.
Command help_command();

/// Does what the flags of "help" ask for: manuals as HTML, Markdown or man pages, or served. None
/// if they ask for nothing, and a topic is to be shown.
Result<std::optional<ExitCode>> export_manuals(const Table& table, const Args& args,
                                               const Services& services);

}  // namespace step::cli
