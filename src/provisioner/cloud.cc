#include <algorithm>

#include "base/hex.h"
#include "crypto/digest.h"
#include "http/waiting.h"
#include "profile/builtin.h"
#include "provisioner/cloud_impl.h"

namespace step::provisioner {

Cloud make_cloud(const Config& config, const Provisioner& made, int extension_type) {
    return {.ref = made.ref(),
            .token_id = made.token_id,
            .extension_type = extension_type,
            .claims = made.claims,
            .rules = made.rules,
            .disable_custom_sans = config.disable_custom_sans,
            .disable_trust_on_first_use = config.disable_trust_on_first_use,
            .instance_age = config.instance_age};
}

Result<std::shared_ptr<const remote::Keys>> keys_for(const std::shared_ptr<remote::KeySet>& set,
                                                     const Cloud& cloud, const Token& token) {
    if (set == nullptr) {
        return disabled(cloud.ref.name, "there is no way to fetch keys");
    }
    auto keys = set->get(token.jws.key_id);
    if (!keys && !keys.error().has_reason(http::kTooManyWaiting)) {
        return disabled(cloud.ref.name, keys.error().detail);
    }
    return keys;
}

std::shared_ptr<remote::KeySet> follow_keys(const remote::KeyPlace& place,
                                            const Inherited& inherited, Provisioner& out) {
    if (inherited.outside == nullptr) {
        return nullptr;
    }
    std::shared_ptr<remote::KeySet> set = inherited.outside->keys(place);
    out.prepare = [set] { set->start(); };
    out.trouble = [set] { return set->trouble(); };
    return set;
}

Allowed allow(const Cloud& cloud, const Token& token, Instance instance) {
    using issuance::NameRule;
    issuance::Grant grant{
        .origin = {.provisioner = cloud.ref},
        .subject = {.common_name = std::move(instance.common_name)},
        .common_names = std::move(instance.common_names),
        .any_common_name = instance.any_common_name,
        .name_rule = cloud.disable_custom_sans ? NameRule::kSubset : NameRule::kAny,
        .lifetimes = {.min = cloud.claims.min_tls,
                      .max = cloud.claims.max_tls,
                      .normal = cloud.claims.default_tls},
        .rules = cloud.rules,
        .builtin = profile::Builtin::kInstance,
        .principal = std::move(instance.principal)};
    if (cloud.disable_custom_sans) {
        grant.names = std::move(instance.own_names);
    }
    if (cloud.rules) {
        grant.token = std::make_shared<const json::Value>(token.claims.all);
    }
    if (!cloud.claims.disable_smallstep_extensions) {
        grant.extension = x509::StepProvisioner{.type = cloud.extension_type,
                                                .name = cloud.ref.name,
                                                .credential_id = std::move(instance.credential_id),
                                                .key_values = std::move(instance.key_values)};
    }
    // The signature is no part of what a token is remembered by, or a rewritten one would be new.
    const bool first_use = !cloud.disable_trust_on_first_use;
    const std::string& known_by = first_use ? instance.unique : token.jws.signing_input;
    const bool reusable = !first_use && instance.reusable;
    return {.grant = std::move(grant),
            .use = {.key = reusable ? "" : encode_hex(crypto::sha256(known_by)),
                    .for_ever = first_use,
                    .advice = first_use ? instance.what +
                                              " has enrolled before: renew its certificate with "
                                              "step ca renew, or set disableTrustOnFirstUse"
                                        : ""}};
}

bool passes(const List& filter, std::string_view value) {
    return !filter || filter->empty() ||
           std::find(filter->begin(), filter->end(), value) != filter->end();
}

bool is_too_old(const Cloud& cloud, std::optional<SysTime> began, SysTime now) {
    if (cloud.instance_age <= Duration::zero()) {
        return false;
    }
    // In microseconds: nanoseconds since the year 1 do not fit.
    return !began || now - *began > std::chrono::floor<SysTime::duration>(cloud.instance_age);
}

std::vector<std::string> find_common_failures(const Config& config) {
    std::vector<std::string> all;
    if (config.type.empty()) {
        all.emplace_back("provisioner type cannot be empty");
    }
    if (config.name.empty()) {
        all.emplace_back("provisioner name cannot be empty");
    }
    if (config.instance_age < Duration::zero()) {
        all.emplace_back("provisioner instanceAge cannot be negative");
    }
    return all;
}

}  // namespace step::provisioner
