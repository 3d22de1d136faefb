#pragma once

#include <string>
#include <vector>

#include "cli/pages.h"

namespace step::commands {

/// Serves the manuals as web pages at `address` until the process is ended, after saying so on
/// stdout. Fails if the address cannot be listened on.
Result<cli::ExitCode> serve_manuals(cli::Console& console, const Clock& clock, Random& random,
                                    const std::string& address,
                                    const std::vector<cli::Page>& pages);

}  // namespace step::commands
