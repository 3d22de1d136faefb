#pragma once

#include "cli/command.h"

namespace step::commands {

// step context …
cli::Command context_current();
cli::Command context_list();
cli::Command context_remove();
cli::Command context_select();

}  // namespace step::commands
