#pragma once

#include <string>

#include "setup/init.h"

namespace step::setup {

/// Where the chart smallstep/step-certificates has its files.
inline constexpr const char* kHelmFolder = "/home/step";

/// The values of that chart (its section `inject`) for a plan that was made with helm = true and
/// folder = kHelmFolder, as YAML. Passwords stay empty: who installs the chart fills them in.
std::string helm_values(const InitOptions& options, const InitPlan& plan);

}  // namespace step::setup
