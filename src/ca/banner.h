#pragma once

#include <string>
#include <vector>

#include "setup/config.h"
#include "setup/steppath.h"

namespace step::ca {

/// "step++ CA/0.1.0 (linux/amd64)"
std::string version_line();

/// The lines a start prints, without the log's time, in the original's order. `port` is the
/// one really listened on.
std::vector<std::string> banner(const setup::Config& config, const setup::StepPath& path,
                                const std::vector<std::string>& fingerprints,
                                const std::string& port);

/// The address to print: as configured, but a port 0 becomes the real one.
std::string shown_address(const std::string& configured, const std::string& port);

}  // namespace step::ca
