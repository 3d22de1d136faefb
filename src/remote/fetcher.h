#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/client.h"

namespace step::remote {

/// How a server is reached: metadata services of clouds only answer those who ask directly.
enum class Route : unsigned char { kByProxy, kDirect };

/// Sends one request and gives the answer, whatever its status. Thread-safe.
class Fetcher {
public:
    virtual ~Fetcher() = default;
    /// Follows no redirects. Fails as http::Client::send.
    virtual Result<http::Incoming> fetch(const http::Outgoing& request, Route route) = 0;
};

/// Where a Fetcher gets what it needs. Each is called when it is needed.
struct Surroundings {
    std::function<std::vector<Bytes>()> roots{};  ///< DER of all that servers may chain up to.
    /// As http::Client::Options::proxy; none: no proxy.
    std::function<Result<std::string>(const std::string& url)> proxy{};
};
/// Every request has a connection of its own. The trust anchors are read at the first request, and
/// again after one that failed.
std::unique_ptr<Fetcher> make_fetcher(Surroundings surroundings);

/// An answer with status 200. Fails with kUnavailable; `detail` names the URL and says why:
/// `failed to connect to URL: …`, `error reading URL: status 500`.
Result<http::Incoming> fetch_ok(Fetcher& fetcher, const http::Outgoing& request,
                                Route route = Route::kByProxy);

}  // namespace step::remote
