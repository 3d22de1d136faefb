#include "issuance/claims.h"

#include "json/decode.h"

namespace step::issuance {
namespace {

struct DurationRow {
    std::string_view name;
    std::optional<Duration> ClaimsEntry::* entry;
    Duration Claims::* claim;
};
// In the order of the original's struct, which is the order of its JSON.
constexpr DurationRow kDurations[] = {
    {"minTLSCertDuration", &ClaimsEntry::min_tls, &Claims::min_tls},
    {"maxTLSCertDuration", &ClaimsEntry::max_tls, &Claims::max_tls},
    {"defaultTLSCertDuration", &ClaimsEntry::default_tls, &Claims::default_tls},
    {"minUserSSHCertDuration", &ClaimsEntry::min_user_ssh, &Claims::min_user_ssh},
    {"maxUserSSHCertDuration", &ClaimsEntry::max_user_ssh, &Claims::max_user_ssh},
    {"defaultUserSSHCertDuration", &ClaimsEntry::default_user_ssh, &Claims::default_user_ssh},
    {"minHostSSHCertDuration", &ClaimsEntry::min_host_ssh, &Claims::min_host_ssh},
    {"maxHostSSHCertDuration", &ClaimsEntry::max_host_ssh, &Claims::max_host_ssh},
    {"defaultHostSSHCertDuration", &ClaimsEntry::default_host_ssh, &Claims::default_host_ssh},
};

struct FlagRow {
    std::string_view name;
    std::optional<bool> ClaimsEntry::* entry;
    bool Claims::* claim;
};
constexpr FlagRow kFlags[] = {
    {"enableSSHCA", &ClaimsEntry::enable_ssh_ca, &Claims::enable_ssh_ca},
    {"disableRenewal", &ClaimsEntry::disable_renewal, &Claims::disable_renewal},
    {"allowRenewalAfterExpiry", &ClaimsEntry::allow_renewal_after_expiry,
     &Claims::allow_renewal_after_expiry},
    {"disableSmallstepExtensions", &ClaimsEntry::disable_smallstep_extensions,
     &Claims::disable_smallstep_extensions},
};

Error refuse(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = "claims: " + std::move(detail)};
}

}  // namespace

Result<ClaimsEntry> parse_claims(const json::Value& value, const std::string& path) {
    ClaimsEntry entry;
    json::Fields fields(value, path);
    for (const DurationRow& row : kDurations) {
        const json::Value* member = fields.child(row.name);
        if (member == nullptr) {
            continue;
        }
        std::string text;
        fields.get(row.name, text);
        STEP_TRY(fields.status());
        Result<Duration> duration = parse_duration(text);
        if (!duration) {
            return json::error_at(member->place(),
                                  fields.path_of(row.name) + ": " + duration.error().detail);
        }
        entry.*row.entry = *duration;
    }
    for (const FlagRow& row : kFlags) {
        if (fields.child(row.name) != nullptr) {
            bool flag = false;
            fields.get(row.name, flag);
            entry.*row.entry = flag;
        }
    }
    STEP_TRY(fields.status());
    return entry;
}

json::Value encode_claims(const ClaimsEntry& entry) {
    json::Object members;
    for (const DurationRow& row : kDurations) {
        if (entry.*row.entry) {
            members.push_back(
                {.name = std::string(row.name), .value = format_duration(*(entry.*row.entry))});
        }
    }
    for (const FlagRow& row : kFlags) {
        if (entry.*row.entry) {
            members.push_back({.name = std::string(row.name), .value = *(entry.*row.entry)});
        }
    }
    return members;
}

Claims inherit(const ClaimsEntry& entry, const Claims& above) {
    Claims claims;
    for (const DurationRow& row : kDurations) {
        claims.*row.claim = (entry.*row.entry).value_or(above.*row.claim);
    }
    for (const FlagRow& row : kFlags) {
        claims.*row.claim = (entry.*row.entry).value_or(above.*row.claim);
    }
    if (entry.default_tls && !entry.min_tls) {
        claims.min_tls = std::min(claims.min_tls, claims.default_tls);
    }
    if (entry.default_tls && !entry.max_tls) {
        claims.max_tls = std::max(claims.max_tls, claims.default_tls);
    }
    return claims;
}

Status validate(const Claims& claims) {
    if (claims.min_tls <= Duration::zero()) {
        return refuse("MinTLSCertDuration must be greater than 0");
    }
    if (claims.max_tls <= Duration::zero()) {
        return refuse("MaxTLSCertDuration must be greater than 0");
    }
    if (claims.default_tls <= Duration::zero()) {
        return refuse("DefaultTLSCertDuration must be greater than 0");
    }
    const std::string max = format_duration(claims.max_tls), min = format_duration(claims.min_tls),
                      normal = format_duration(claims.default_tls);
    if (claims.max_tls < claims.min_tls) {
        return refuse("MaxCertDuration cannot be less than MinCertDuration: MaxCertDuration - " +
                      max + ", MinCertDuration - " + min);
    }
    if (claims.default_tls < claims.min_tls) {
        return refuse(
            "DefaultCertDuration cannot be less than MinCertDuration: DefaultCertDuration - " +
            normal + ", MinCertDuration - " + min);
    }
    if (claims.max_tls < claims.default_tls) {
        return refuse(
            "MaxCertDuration cannot be less than DefaultCertDuration: MaxCertDuration - " + max +
            ", DefaultCertDuration - " + normal);
    }
    return ok();
}

}  // namespace step::issuance
