#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/runtime.h"
#include "http/router.h"
#include "http/tls.h"

namespace step::http {

struct Limits {
    std::size_t header_bytes = 16UL * 1024;
    std::chrono::seconds request{15};  ///< From the first byte of a request to its last.
    std::chrono::seconds write{15};    ///< For an answer to leave.
    std::chrono::seconds idle{15};     ///< Between requests, and for the TLS handshake.
    std::chrono::seconds drain{60};    ///< What stop() grants requests in flight.
    /// When one more wants in, those that have waited longest for their client are closed. While
    /// workers have all of them, it waits in the kernel's queue.
    std::size_t connections = 10'000;
    /// What the bodies of all requests may hold together, the first 16 KiB of each not counted.
    /// Beyond, a request gets 503.
    std::size_t bodies = 64UL * 1024 * 1024;
    /// Threads that run handlers. Most of a request is waiting for its commit, and a commit
    /// takes all who wait: few threads would mean many small commits.
    std::size_t workers = 16;
    /// How many more there may be while handlers wait for other servers; see WaitingOutside.
    std::size_t spares = 256;
};

/// Error::reason of an address that another process listens on.
inline constexpr const char* kAddressInUse = "http.address_in_use";

/// Called on a worker thread after each answer is made, before it leaves.
using OnAnswer = std::function<void(const Request&, const Response&, std::chrono::nanoseconds)>;

/// Accepts TLS (or, without a context, plain) connections and answers with what the router
/// says. One thread accepts and reads; handlers run on worker threads, may block, and write their
/// answer themselves if the client takes it at once.
///
/// Answers carry X-Request-Id (the request's own if it is at most 128 printable characters,
/// else the value of the trace header, else a new UUID), Date, and HEAD answers no body. A
/// handler that throws answers 500.
class Server {
public:
    struct Options {
        std::string address{};  ///< "host:port", ":port"; port 0 takes a free one.
        Limits limits{};
        std::string trace_header = "X-Smallstep-Id";
        OnAnswer on_answer{};
    };
    /// Fails with kUnavailable and "listen tcp ADDRESS: bind: address already in use" if the
    /// port cannot be had, then with reason kAddressInUse.
    static Result<std::unique_ptr<Server>> listen(Options options, TlsContextPtr tls,
                                                  std::shared_ptr<const Router> router,
                                                  const Clock& clock, Random& random);
    /// Whether listen() could have `address`. Binds to it for a moment without listening, which a
    /// server that starts meanwhile does not notice. Fails as listen().
    static Status probe(const std::string& address);
    virtual ~Server() = default;
    /// "127.0.0.1:9000": what it listens on.
    virtual std::string address() const = 0;
    virtual std::uint16_t port() const = 0;

    /// From now on for new connections. Thread-safe.
    virtual void set_tls(TlsContextPtr tls) = 0;
    /// Connections that are open now end with their next answer, so that what a TLS context of
    /// earlier days let in does not stay. An idle one that a client certificate speaks for is
    /// closed at once. Call it after set_tls(). Thread-safe.
    virtual void retire_connections() = 0;
    /// From now on for new requests; those in flight keep the old one. Thread-safe.
    virtual void set_router(std::shared_ptr<const Router> router) = 0;
    /// From now on for new requests. Thread-safe.
    virtual void set_trace_header(std::string name) = 0;

    /// Serves until stop() is called, then answers what is in flight (at most `drain` long)
    /// and returns.
    virtual void run() = 0;
    /// Thread-safe; returns at once.
    virtual void stop() = 0;
};

}  // namespace step::http
