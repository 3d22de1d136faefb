#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "http/client.h"
#include "webhook/world.h"

namespace step::webhook {

/// The connections to webhook servers, kept for the next request. Thread-safe.
class Connections {
public:
    explicit Connections(World world, const Clock& clock)
        : world_(std::move(world)), clock_(clock) {}

    /// Sends one request over a connection of its own for that long. Fails as http::Client::send.
    Result<http::Incoming> send(const http::Outgoing& request, bool with_identity);

private:
    struct Idle {
        std::unique_ptr<http::Client> client{};
        http::TlsContextPtr tls{};
        std::string proxy{}, origin{};
        std::chrono::nanoseconds since{};
    };

    Result<http::TlsContextPtr> context(bool with_identity);
    std::unique_ptr<http::Client> take(const std::string& origin, const std::string& proxy,
                                       const http::TlsContextPtr& tls);
    void give_back(Idle one);

    World world_;
    const Clock& clock_;
    std::mutex idle_mutex_;  ///< Guards idle_, the longest idle first.
    std::vector<Idle> idle_{};
    std::mutex tls_mutex_;  ///< Guards what follows.
    std::vector<Bytes> roots_{};
    http::TlsContextPtr anonymous_{}, identified_{};
    SysTime renew_{};  ///< When identified_ is made anew.
};

}  // namespace step::webhook
