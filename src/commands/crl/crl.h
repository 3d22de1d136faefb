#pragma once

#include "cli/command.h"

namespace step::commands {

// step crl …
cli::Command crl_inspect();

}  // namespace step::commands
