#pragma once

#include "cli/command.h"

namespace step::commands {

// Commands of the top level; each group declares its own in its folder.
cli::Command base64();
cli::Command completion();
cli::Command fileserver();
cli::Command path();
cli::Command version();

}  // namespace step::commands
