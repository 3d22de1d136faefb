#pragma once

#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "provisioner/acme.h"

namespace step::acme {

/// Counts who asked how often, in this process. Keeps the `most` that asked last; who is forgotten
/// begins anew. Thread-safe.
class RateLimiter {
public:
    explicit RateLimiter(std::size_t most) : most_(most) {}
    /// None if `who` may go on, and counts it; else how long to wait, whole seconds from 1 up.
    /// `now` never jumps. Each gets `limit.most` at once and then one each `per` / `most`.
    std::optional<std::chrono::seconds> ask(const std::string& who,
                                            const provisioner::RateLimit& limit,
                                            std::chrono::nanoseconds now);

private:
    struct Asked {
        std::string who{};
        std::chrono::nanoseconds free{};  ///< When all that was used will have been given back.
    };
    const std::size_t most_;
    std::mutex mutex_;
    std::list<Asked> asked_;  ///< The last first.
    std::map<std::string, std::list<Asked>::iterator, std::less<>> places_;
};

/// What of "address:port" is limited: an IPv4 address, or the /64 of an IPv6 address, since that
/// is what one subscriber has.
std::string limited_address(std::string_view remote);

}  // namespace step::acme
