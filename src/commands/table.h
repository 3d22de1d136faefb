#pragma once

#include "cli/program.h"

namespace step::commands {

/// Every command of `step`. A new one is a line in table.cc.
const cli::Table& step_table();

}  // namespace step::commands
