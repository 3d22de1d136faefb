#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"

namespace step::bench {

/// What an ACME server asks while it validates http-01, on loopback: a name server for which every
/// name is 127.0.0.1, and a web server that knows the tokens put here. Both as cheap as can be,
/// so that what is measured is the server that asks.
class Responders {
public:
    Responders() = default;
    ~Responders();
    Responders(const Responders&) = delete;
    Responders& operator=(const Responders&) = delete;

    /// Listens on these ports of 127.0.0.1; fails with kUnavailable.
    Status start(std::uint16_t http_port, std::uint16_t dns_port);
    void put(const std::string& token, std::string key_authorization);
    void take_away(const std::string& token);

private:
    void answer_http();
    void answer_dns() const;
    std::string page(std::string_view request);

    int http_ = -1, dns_ = -1;
    std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> pages_;
    std::vector<std::jthread> threads_;
};

}  // namespace step::bench
