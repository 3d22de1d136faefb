#pragma once

#include "base/runtime.h"
#include "base/system.h"
#include "ca/log.h"
#include "cli/command.h"

namespace step::ca {

struct Services {
    cli::Console& console;
    const Clock& clock;
    Random& random;
    const Environment& environment;
    Sink& log;
};

/// Does what the command line asks for and gives the exit code: 0, 1 for a wrong command line
/// or a missing configuration, 2 for anything else that fails. Serving ends with SIGINT or
/// SIGTERM: requests in flight are answered, then the database is closed.
int run(const std::vector<std::string>& words, Services services);

}  // namespace step::ca
