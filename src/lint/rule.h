#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lint/facts.h"

namespace step::lint {

/// What a rule found. A broken rule counts as its name says: e_ an error, w_ a warning, n_ a
/// notice.
struct Outcome {
    enum class Kind : unsigned char { kFine, kBroken, kUnreadable, kNotApplicable };
    Kind kind = Kind::kFine;
    std::string details{};
};
inline Outcome broken_if(bool broken, std::string details = {}) {
    return broken ? Outcome{.kind = Outcome::Kind::kBroken, .details = std::move(details)}
                  : Outcome{};
}
inline Outcome unreadable(std::string details = {}) {
    return {.kind = Outcome::Kind::kUnreadable, .details = std::move(details)};
}

/// When the standard behind a rule came into force; a certificate from before is not held against
/// it. Days as zlint counts them, so that both agree.
enum class Since : unsigned char {
    kAlways,
    kRfc2459,
    kRfc3280,  ///< And RFC 3279.
    kRfc5280,
    kBaseline2012,  ///< CA/Browser Forum, July 2012.
    kRfc6818,
    kRfc6962,
    kRfc8813,
};

struct Rule {
    std::string_view name{};
    Since since = Since::kAlways;
    bool (*applies)(const Facts&) = nullptr;
    Outcome (*check)(const Facts&) = nullptr;
};

// The rules by what they look at, one function each.
std::span<const Rule> outline_rules();  ///< Version, serial number, algorithms, times.
std::span<const Rule> name_rules();     ///< Issuer and subject.
std::span<const Rule> alt_name_rules();
std::span<const Rule> extension_rules();
std::span<const Rule> key_usage_rules();
std::span<const Rule> policy_rules();
std::span<const Rule> constraint_rules();

// Whom a rule concerns.
inline bool everyone(const Facts&) {
    return true;
}
template <const std::string_view& kId>
bool has(const Facts& facts) {
    return facts.has(kId);
}
inline bool authority(const Facts& facts) {
    return facts.ca;
}

// What several rules check.
template <const std::string_view& kId>
Outcome critical(const Facts& facts) {
    return broken_if(facts.find(kId)->critical);
}
template <const std::string_view& kId>
Outcome not_critical(const Facts& facts) {
    return broken_if(!facts.find(kId)->critical);
}

}  // namespace step::lint
