#pragma once

#include "cli/command.h"

namespace step::commands {

// step crypto …
cli::Command crypto_jwk_create();

}  // namespace step::commands
