#pragma once

#include <memory>
#include <vector>

#include "app/app.h"
#include "base/bytes.h"
#include "base/result.h"
#include "http/client.h"

namespace step::app {

/// A client whose requests `app` answers in this process, by the same routes, limits and
/// transactions as over the network: what it hands out is on record first. Only path and query
/// of a request's URL count.
///
/// `chain` (leaf first, DER; may be empty) is the client certificate. It is checked as the TLS
/// handshake of the server would, and fails with kUnauthenticated and Go's words; that its
/// holder has the key is the caller's business. Why a request is refused goes to the log of
/// `runtime`, unless the answer says it.
Result<std::unique_ptr<http::Client>> connect_in_process(std::shared_ptr<App> app,
                                                         std::vector<Bytes> chain, Runtime runtime);

}  // namespace step::app
