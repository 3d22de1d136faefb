#include "acme/api/rate_limiter_impl.h"
#include "base/ip.h"

namespace step::acme {

std::optional<std::chrono::seconds> RateLimiter::ask(const std::string& who,
                                                     const provisioner::RateLimit& limit,
                                                     std::chrono::nanoseconds now) {
    if (limit.most == 0) {
        return std::nullopt;
    }
    const std::chrono::nanoseconds each = std::chrono::nanoseconds(limit.per) / limit.most;
    const std::lock_guard lock(mutex_);
    auto place = places_.find(who);
    if (place == places_.end()) {
        asked_.push_front({.who = who, .free = now});
        place = places_.emplace(who, asked_.begin()).first;
        if (asked_.size() > most_) {
            places_.erase(asked_.back().who);
            asked_.pop_back();
        }
    } else {
        asked_.splice(asked_.begin(), asked_, place->second);
    }
    Asked& asked = asked_.front();
    const std::chrono::nanoseconds free = std::max(asked.free, now);
    const std::chrono::nanoseconds room = each * (limit.most - 1);
    if (free > now + room) {
        return std::chrono::ceil<std::chrono::seconds>(free - now - room);
    }
    asked.free = free + each;
    return std::nullopt;
}

std::string limited_address(std::string_view remote) {
    constexpr std::size_t kPrefixBytes = 8;
    const std::optional<HostPort> parts = split_host_port(remote);
    std::string host = parts ? parts->host : std::string(remote);
    const std::optional<Bytes> octets = parse_ip(host);
    if (!octets) {
        return host;
    }
    return octets->size() == 4 ? *octets : octets->substr(0, kPrefixBytes);
}

}  // namespace step::acme
