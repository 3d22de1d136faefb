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

/// Limits and the default between them.
struct LimitRow {
    std::optional<Duration> ClaimsEntry::*min_entry, ClaimsEntry::*max_entry,
        ClaimsEntry::*normal_entry;
    Duration Claims::*min, Claims::*max, Claims::*normal;
};
constexpr LimitRow kLimits[] = {
    {&ClaimsEntry::min_tls, &ClaimsEntry::max_tls, &ClaimsEntry::default_tls, &Claims::min_tls,
     &Claims::max_tls, &Claims::default_tls},
    {&ClaimsEntry::min_user_ssh, &ClaimsEntry::max_user_ssh, &ClaimsEntry::default_user_ssh,
     &Claims::min_user_ssh, &Claims::max_user_ssh, &Claims::default_user_ssh},
    {&ClaimsEntry::min_host_ssh, &ClaimsEntry::max_host_ssh, &ClaimsEntry::default_host_ssh,
     &Claims::min_host_ssh, &Claims::max_host_ssh, &Claims::default_host_ssh},
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

}  // namespace

ClaimsEntry read_claims(const json::Value& value, const std::string& path,
                        std::vector<Error>& errors) {
    ClaimsEntry entry;
    json::Fields fields(value, path);
    for (const DurationRow& row : kDurations) {
        const json::Value* member = fields.child(row.name);
        if (member == nullptr) {
            continue;
        }
        const std::size_t before = fields.failures().size();
        std::string text;
        fields.get(row.name, text);
        if (fields.failures().size() != before) {
            continue;
        }
        Result<Duration> duration = parse_duration(text);
        if (!duration) {
            fields.fail(*member, fields.path_of(row.name) + ": " + duration.error().detail);
            continue;
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
    errors.insert(errors.end(), fields.failures().begin(), fields.failures().end());
    return entry;
}

Result<ClaimsEntry> parse_claims(const json::Value& value, const std::string& path) {
    std::vector<Error> errors;
    ClaimsEntry entry = read_claims(value, path, errors);
    if (!errors.empty()) {
        return errors.front();
    }
    return entry;
}

std::vector<std::string_view> claim_names() {
    std::vector<std::string_view> all;
    for (const DurationRow& row : kDurations) {
        all.push_back(row.name);
    }
    for (const FlagRow& row : kFlags) {
        all.push_back(row.name);
    }
    return all;
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
    for (const LimitRow& row : kLimits) {
        if (!(entry.*row.normal_entry)) {
            continue;
        }
        if (!(entry.*row.min_entry)) {
            claims.*row.min = std::min(claims.*row.min, claims.*row.normal);
        }
        if (!(entry.*row.max_entry)) {
            claims.*row.max = std::max(claims.*row.max, claims.*row.normal);
        }
    }
    return claims;
}

std::vector<Error> find_mistakes(const Claims& claims) {
    std::vector<Error> all;
    const auto refuse = [&all](bool wrong, std::string detail) {
        if (wrong) {
            all.push_back(
                {.code = Code::kInvalidArgument, .detail = "claims: " + std::move(detail)});
        }
    };
    refuse(claims.min_tls <= Duration::zero(), "MinTLSCertDuration must be greater than 0");
    refuse(claims.max_tls <= Duration::zero(), "MaxTLSCertDuration must be greater than 0");
    refuse(claims.default_tls <= Duration::zero(), "DefaultTLSCertDuration must be greater than 0");
    const std::string max = format_duration(claims.max_tls), min = format_duration(claims.min_tls),
                      normal = format_duration(claims.default_tls);
    refuse(claims.max_tls < claims.min_tls,
           "MaxCertDuration cannot be less than MinCertDuration: MaxCertDuration - " + max +
               ", MinCertDuration - " + min);
    refuse(claims.default_tls < claims.min_tls,
           "DefaultCertDuration cannot be less than MinCertDuration: DefaultCertDuration - " +
               normal + ", MinCertDuration - " + min);
    refuse(claims.max_tls < claims.default_tls,
           "MaxCertDuration cannot be less than DefaultCertDuration: MaxCertDuration - " + max +
               ", DefaultCertDuration - " + normal);
    return all;
}

Status validate(const Claims& claims) {
    const std::vector<Error> mistakes = find_mistakes(claims);
    return mistakes.empty() ? ok() : Status(mistakes.front());
}

}  // namespace step::issuance
