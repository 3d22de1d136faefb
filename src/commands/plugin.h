#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/system.h"
#include "cli/command.h"

namespace step::commands {

/// Where the plugin for `step NAME` is: step-NAME-plugin under `base`/plugins, else
/// an executable of that name on $PATH. None if there is none, or if `name` has a "/" in it.
/// Folders of $PATH that are not absolute do not count.
std::optional<std::string> find_plugin(const std::string& base, const Environment& environment,
                                       std::string_view name);

/// Runs the plugin that `words` begins with, with the other words as its arguments, and gives
/// its exit code; one other than 0 is also told on stderr. None if there is no such plugin. Fails
/// with kNotFound for a plugin that we know of and that is not installed, and with kUnavailable
/// for one that cannot be started.
Result<std::optional<cli::ExitCode>> run_plugin(const std::string& base,
                                                const Environment& environment,
                                                cli::Console& console,
                                                std::span<const std::string> words);

}  // namespace step::commands
