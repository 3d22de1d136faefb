#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "issuance/claims.h"

namespace step::issuance {
struct Rules;
}

namespace step::provisioner {

/// How often something may be asked for; no limit where `most` is 0.
struct RateLimit {
    unsigned most = 0;
    std::chrono::seconds per{std::chrono::hours(1)};
};

/// What an order may ask for by name (draft-ietf-acme-profiles): options and claims of its own.
struct AcmeProfile {
    std::string description{};
    issuance::Claims claims{};
    std::shared_ptr<const issuance::Rules> rules{};  ///< Null: none.
};

/// Certificates issued before `issued_before` are to be replaced within a window: RFC 9773 4.2.
struct MassReplacement {
    SysSeconds issued_before{}, start{}, end{};
    std::string explanation_url{};
};

/// What an entry of type ACME says beside name, claims and options.
struct AcmeSettings {
    bool force_cn = false, require_eab = false;
    std::string terms_of_service{}, website{};
    std::vector<std::string> caa_identities{};
    /// Types of challenge that are offered, lower case: "http-01".
    std::set<std::string> challenges{"dns-01", "http-01", "tls-alpn-01"};

    // Ours: the member "acme" of the entry, which the original ignores.
    bool reuse_authorizations = false;
    std::map<std::string, AcmeProfile> profiles{};
    RateLimit new_accounts{};  ///< Per address.
    RateLimit new_orders{};    ///< Per account.
    std::optional<MassReplacement> replacement{};
};

}  // namespace step::provisioner
