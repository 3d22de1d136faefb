#pragma once

#include <vector>

#include "app/app.h"
#include "base/runtime.h"
#include "setup/config.h"
#include "setup/finding.h"

namespace step::app {

/// Everything wrong with the configuration that `reading` is of, in the order of its lines: what
/// the reading found, files, keys, certificates, names, provisioners, database, address, modes.
///
/// There is an error among them exactly if App::open, make_tls or http::Server::listen would
/// fail, with three exceptions, which are warnings since they are no fault of the configuration:
/// another process serves the database, another process listens on the address, and an encrypted
/// key for which `password` has nothing and nobody to ask (what needs it is not checked then).
/// Makes and changes no file, and disturbs no server.
std::vector<setup::Finding> check(const setup::Reading& reading, const KeyPassword& password,
                                  const Clock& clock, Random& random);

}  // namespace step::app
