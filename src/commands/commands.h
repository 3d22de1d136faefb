#pragma once

#include "cli/command.h"

namespace step::commands {

// Commands of the top level; each group declares its own in its folder.
cli::Command completion();
cli::Command version();
cli::Command path();

}  // namespace step::commands
