#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "json/value.h"

namespace step::issuance {

/// `claims` of ca.json as somebody wrote it: a member is none where nothing was said.
struct ClaimsEntry {
    std::optional<Duration> min_tls{}, max_tls{}, default_tls{};
    std::optional<Duration> min_user_ssh{}, max_user_ssh{}, default_user_ssh{};
    std::optional<Duration> min_host_ssh{}, max_host_ssh{}, default_host_ssh{};
    std::optional<bool> enable_ssh_ca{}, disable_renewal{}, allow_renewal_after_expiry{},
        disable_smallstep_extensions{};
    bool operator==(const ClaimsEntry&) const = default;
};

/// Limits with nothing left open. The initialisers are the built-in defaults.
struct Claims {
    Duration min_tls = std::chrono::minutes(5), max_tls = std::chrono::hours(24),
             default_tls = std::chrono::hours(24);
    Duration min_user_ssh = std::chrono::minutes(5), max_user_ssh = std::chrono::hours(24),
             default_user_ssh = std::chrono::hours(16);
    Duration min_host_ssh = std::chrono::minutes(5), max_host_ssh = std::chrono::hours(720),
             default_host_ssh = std::chrono::hours(720);
    bool enable_ssh_ca = false, disable_renewal = false, allow_renewal_after_expiry = false,
         disable_smallstep_extensions = false;
    bool operator==(const Claims&) const = default;
};

/// Reads the object (null: nothing said). Fails with kInvalidArgument and the place of a value
/// that is no Go duration string; `path` names the object in the error.
Result<ClaimsEntry> parse_claims(const json::Value& value, const std::string& path);
/// The same, leaving out what cannot be read: each such member is one more error in `errors`.
ClaimsEntry read_claims(const json::Value& value, const std::string& path,
                        std::vector<Error>& errors);
/// The members that were said, in the original's order, durations as Go writes them.
json::Value encode_claims(const ClaimsEntry& entry);

/// What `entry` says over `above`. If it says only a default lifetime, TLS or SSH, and that lies
/// outside the bounds of `above`, the bound it violates moves to it.
Claims inherit(const ClaimsEntry& entry, const Claims& above);

/// Checks the TLS limits (SSH ones are not checked, as in the original). kInvalidArgument with
/// the original's words: "claims: MinTLSCertDuration must be greater than 0", ….
Status validate(const Claims& claims);
/// Everything that validate() would fail with, in its order.
std::vector<Error> find_mistakes(const Claims& claims);
/// The members an entry may have, for whoever looks for misspelt ones.
std::vector<std::string_view> claim_names();

}  // namespace step::issuance
