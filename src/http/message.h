#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"

namespace step::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first header with this name in any case; "" if absent.
std::string_view find_header(const Headers& headers, std::string_view name);

struct Request {
    std::string method{};
    std::string path{};   ///< As sent, without the query; escapes kept.
    std::string query{};  ///< Raw, without "?".
    Headers headers{};
    std::string body{};
    std::vector<std::string> captures{};  ///< One per `{}` in the route pattern, as sent.
    std::string remote{};                 ///< "address:port" of the peer.
    std::string id{};                     ///< What goes into X-Request-Id.
    std::string protocol{};               ///< "HTTP/1.1"
    /// The verified client certificate chain as DER, leaf first; empty without one.
    std::vector<Bytes> peer_chain{};
};

/// A body that is made while it leaves: for what may be larger than memory.
struct Stream {
    std::uint64_t length = 0;
    /// The next octets, some 64 KiB at most; called on the server's loop, so it must be quick: a
    /// read from disk, no more. Together exactly `length`; a failure, or the end before, ends the
    /// connection.
    std::function<Result<Bytes>()> next{};
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";  ///< Empty: no such header.
    std::string body{};
    Headers headers{};  ///< Besides Content-Type, Content-Length, Date, X-Request-Id.
    Fields log{};       ///< What the access log adds: certificate, subject, error …
    std::shared_ptr<const Stream> stream{};  ///< If set, follows `body`.
};

using Handler = std::function<Response(const Request&)>;

/// The reason phrase of a status: "Not Found". "" for one nobody has registered.
std::string_view reason_phrase(int status);

}  // namespace step::http
