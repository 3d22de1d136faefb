#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/tls.h"

namespace step::http {

/// Error::reason where no connection came about: unknown host, nobody listens, unreachable.
inline constexpr const char* kNoConnection = "http.no_connection";

struct Outgoing {
    std::string method = "GET";
    std::string url{};  ///< https://host[:port]/path?query, or http://.
    Headers headers{};
    std::string body{};
    std::size_t max_body = 0;  ///< Bytes of the answer's body we take. No default: set it.
    std::chrono::milliseconds timeout{15'000};  ///< For the whole exchange.
    /// May be sent again when the server closed the kept connection meanwhile, as GET and HEAD are.
    bool repeatable = false;
    /// IP address to dial instead of looking up the host of `url`, which stays what is asked for in
    /// Host and by SNI. Not with a proxy.
    std::string address{};
    /// A body above max_body is no failure: the answer comes without it, and says so.
    bool drop_large_body = false;
    int stop_fd = -1;  ///< Readable: give up, "context canceled". -1: none.
};

struct Incoming {
    int status = 0;
    Headers headers{};
    std::string body{};
    bool body_dropped = false;        ///< See Outgoing::drop_large_body.
    std::vector<Bytes> peer_chain{};  ///< The server's certificates as sent, DER, leaf first.
};

/// Sends one request and reads the answer; keeps the connection for the next one to the same
/// host. Not thread-safe. Follows no redirects. HTTPS_PROXY and NO_PROXY are the caller's:
/// `proxy` is "http://host:port" or empty. `source` binds the local address.
///
/// Fails with kUnavailable and Go's words for what people meet: "dial tcp 127.0.0.1:1: connect:
/// connection refused", "tls: failed to verify certificate: x509: certificate signed by unknown
/// authority", "context deadline exceeded"; kTooLarge above max_body.
class Client {
public:
    struct Options {
        TlsContextPtr tls{};
        std::string proxy{}, source{};
    };
    static std::unique_ptr<Client> make(Options options);
    virtual ~Client() = default;
    virtual Result<Incoming> send(const Outgoing& request) = 0;
};

}  // namespace step::http
