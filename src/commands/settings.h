#pragma once

#include <string>

#include "base/result.h"
#include "base/system.h"
#include "cli/program.h"

namespace step::commands {

/// $STEPPATH, the context in use and defaults.json. Settings::choose takes
/// the context that is named, for this run; with contexts but none in use it asks which one, or
/// takes the only one, and remembers the answer. Fails with kInvalidArgument on a malformed file.
Result<cli::Settings> load_settings(const Environment& environment, const std::string& config_file);

}  // namespace step::commands
