#include "base/text.h"
#include "challenge/outside_impl.h"

namespace step::challenge {
namespace {

constexpr std::size_t kMostOfAKind = 3, kMostDetail = 500;
constexpr std::chrono::milliseconds kLongestLookup{10'000};

std::string shown(const std::string& detail) {
    return printable(detail.substr(0, kMostDetail));
}

}  // namespace

std::chrono::milliseconds Outside::left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(end_ - parts_.clock.monotonic());
}

net::Wait Outside::wait() const {
    return {.time = std::min(left(), kLongestLookup), .stop_fd = parts_.stop_fd};
}

std::string Outside::absolute(const std::string& name) const {
    return parts_.settings.strict_fqdn && !net::Address::parse(name) ? name + "." : name;
}

Result<std::vector<Bytes>> Outside::txt(const std::string& name) const {
    return parts_.resolver.txt(absolute(name), wait());
}

Result<std::vector<net::Address>> Outside::addresses(const std::string& host) const {
    STEP_ASSIGN(const auto found, parts_.resolver.addresses(absolute(host), wait()));
    std::vector<net::Address> kinds[2];
    std::optional<Error> refused;
    for (const net::Address& address : found) {
        if (const auto why = parts_.filter.refusal(address)) {
            if (!refused) {
                refused = Error{.code = Code::kForbidden,
                                .detail = fmt::format("{} has the address {}, which is {}", host,
                                                      address.to_text(), *why),
                                .reason = kRefusedAddress};
            }
            continue;
        }
        auto& kind = kinds[address.is_v4() ? 1 : 0];
        if (kind.size() < kMostOfAKind) {
            kind.push_back(address);
        }
    }
    std::vector<net::Address> all;
    for (std::size_t i = 0; i < kMostOfAKind; ++i) {
        for (const auto& kind : kinds) {
            if (i < kind.size()) {
                all.push_back(kind[i]);
            }
        }
    }
    if (all.empty()) {
        return refused.value_or(Error{.code = Code::kUnavailable, .detail = "no address"});
    }
    return all;
}

Outcome valid() {
    return {.verdict = Outcome::Verdict::kValid};
}

Outcome retry(std::string problem, const std::string& detail) {
    return {.verdict = Outcome::Verdict::kRetry,
            .problem = std::move(problem),
            .detail = shown(detail)};
}

Outcome invalid(const std::string& detail) {
    return {.verdict = Outcome::Verdict::kInvalid,
            .problem = "rejectedIdentifier",
            .detail = shown(detail)};
}

Outcome not_reached(const Error& error) {
    Outcome outcome = retry("connection", error.detail);
    if (error.code == Code::kForbidden) {
        outcome.verdict = Outcome::Verdict::kInvalid;
    }
    return outcome;
}

}  // namespace step::challenge
