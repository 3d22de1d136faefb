#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "challenge/validator.h"
#include "http/tls.h"

namespace step::challenge {

/// Error::reason where every address of a host is one that the filter refuses.
inline constexpr const char* kRefusedAddress = "challenge.refused_address";

/// One call's way to the outside: names looked up, addresses filtered, time shared out.
class Outside {
public:
    /// What all calls share; outlives each of them.
    struct Parts {
        const Clock& clock;
        net::Resolver& resolver;
        const net::AddressFilter& filter;
        const Settings& settings;
        const http::TlsContextPtr& tls;  ///< Verifies nobody.
        int stop_fd = -1;
    };
    explicit Outside(const Parts& parts)
        : parts_(parts), end_(parts.clock.monotonic() + parts.settings.total) {}

    const Parts& parts() const { return parts_; }
    std::chrono::milliseconds left() const;

    /// TXT records of `name`.
    Result<std::vector<Bytes>> txt(const std::string& name) const;
    /// Looks `host` up once, then tries its addresses that the filter lets pass, IPv6 and IPv4 in
    /// turn and at most six, each with its share of the time, until one gives another result than
    /// kUnavailable. Gives the first failure if none does. Fails with kForbidden and
    /// kRefusedAddress if there is no address left to try.
    template <class T>
    Result<T> at_each_address(const std::string& host,
                              const std::function<Result<T>(const std::string& address,
                                                            std::chrono::milliseconds)>& ask) const;

private:
    Result<std::vector<net::Address>> addresses(const std::string& host) const;
    std::string absolute(const std::string& name) const;
    net::Wait wait() const;

    const Parts& parts_;
    std::chrono::nanoseconds end_;
};

template <class T>
Result<T> Outside::at_each_address(
    const std::string& host,
    const std::function<Result<T>(const std::string& address, std::chrono::milliseconds)>& ask)
    const {
    STEP_ASSIGN(const std::vector<net::Address> all, addresses(host));
    std::optional<Error> first;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto share = left() / static_cast<long>(all.size() - i);
        if (first && share <= std::chrono::milliseconds(0)) {
            break;
        }
        Result<T> got = ask(all[i].to_text(), share);
        if (got || got.error().code != Code::kUnavailable) {
            return got;
        }
        if (!first) {
            first = std::move(got).error();
        }
    }
    return *std::move(first);
}

// The three ways; the identifier has been checked.
Outcome http01(const Request& request, const Outside& outside);
Outcome dns01(const Request& request, const Outside& outside);
Outcome tls_alpn01(const Request& request, const Outside& outside);

Outcome valid();
Outcome retry(std::string problem, const std::string& detail);
Outcome invalid(const std::string& detail);  ///< rejectedIdentifier
/// For an error on the way to the host: "connection", to be tried again unless we refuse to go.
Outcome not_reached(const Error& error);

}  // namespace step::challenge
