#include <algorithm>

#include "base/text.h"
#include "json/decode.h"
#include "json/write.h"
#include "provisioner/fields_impl.h"
#include "provisioner/provisioner.h"

namespace step::provisioner {
namespace {

// The types of provisioner there are: name, members of their entries, what makes one.

constexpr FieldRow kJwkFields[] = {
    {"type", Kind::kAlways, &Config::type},
    {"name", Kind::kAlways, &Config::name},
    {"key", Kind::kKey},
    {"encryptedKey", Kind::kNonEmpty, &Config::encrypted_key},
    {"claims", Kind::kClaims},
    {"options", Kind::kOptions},
    {"policy", Kind::kPolicy},
};

constexpr FieldRow kAwsFields[] = {
    {"type", Kind::kAlways, &Config::type},
    {"name", Kind::kAlways, &Config::name},
    {"accounts", Kind::kAlways, &Config::accounts},
    {"disableCustomSANs", Kind::kAlways, &Config::disable_custom_sans},
    {"disableTrustOnFirstUse", Kind::kAlways, &Config::disable_trust_on_first_use},
    {"imdsVersions", Kind::kAlways, &Config::imds_versions},
    {"instanceAge", Kind::kAlways, &Config::instance_age},
    {"iidRoots", Kind::kNonEmpty, &Config::iid_roots},
    {"claims", Kind::kClaims},
    {"options", Kind::kOptions},
    {"policy", Kind::kPolicy},
};

constexpr FieldRow kGcpFields[] = {
    {"type", Kind::kAlways, &Config::type},
    {"name", Kind::kAlways, &Config::name},
    {"serviceAccounts", Kind::kNonEmpty, &Config::service_accounts},
    {"projectIDs", Kind::kNonEmpty, &Config::project_ids},
    {"organizationID", Kind::kNonEmpty, &Config::organization_id},
    {"disableCustomSANs", Kind::kAlways, &Config::disable_custom_sans},
    {"disableTrustOnFirstUse", Kind::kAlways, &Config::disable_trust_on_first_use},
    {"disableSSHCAUser", Kind::kAlways, &Config::disable_ssh_ca_user},
    {"disableSSHCAHost", Kind::kAlways, &Config::disable_ssh_ca_host},
    {"instanceAge", Kind::kAlways, &Config::instance_age},
    {"claims", Kind::kClaims},
    {"options", Kind::kOptions},
    {"policy", Kind::kPolicy},
};

constexpr FieldRow kAzureFields[] = {
    {"type", Kind::kAlways, &Config::type},
    {"name", Kind::kAlways, &Config::name},
    {"tenantID", Kind::kAlways, &Config::tenant_id},
    {"resourceGroups", Kind::kAlways, &Config::resource_groups},
    {"subscriptionIDs", Kind::kAlways, &Config::subscription_ids},
    {"objectIDs", Kind::kAlways, &Config::object_ids},
    {"audience", Kind::kNonEmpty, &Config::audience},
    {"disableCustomSANs", Kind::kAlways, &Config::disable_custom_sans},
    {"disableTrustOnFirstUse", Kind::kAlways, &Config::disable_trust_on_first_use},
    {"claims", Kind::kClaims},
    {"options", Kind::kOptions},
    {"policy", Kind::kPolicy},
};

constexpr FieldRow kAcmeFields[] = {
    {"type", Kind::kAlways, &Config::type},
    {"name", Kind::kAlways, &Config::name},
    {"forceCN", Kind::kNonEmpty, &Config::force_cn},
    {"termsOfService", Kind::kNonEmpty, &Config::terms_of_service},
    {"website", Kind::kNonEmpty, &Config::website},
    {"caaIdentities", Kind::kNonEmpty, &Config::caa_identities},
    {"requireEAB", Kind::kNonEmpty, &Config::require_eab},
    {"challenges", Kind::kNonEmpty, &Config::challenges},
    {"attestationFormats", Kind::kNonEmpty, &Config::attestation_formats},
    {"attestationRoots", Kind::kOctets, &Config::attestation_roots},
    {"claims", Kind::kClaims},
    {"options", Kind::kOptions},
    {"policy", Kind::kPolicy},
    {"acme", Kind::kPrivate, &Config::acme},
};

struct TypeRow {
    std::string_view name;
    std::span<const FieldRow> fields;
    std::vector<std::string> (*find_failures)(Config& config, const Inherited& inherited);
    void (*make)(const Config& config, const Inherited& inherited, Provisioner& out);
    /// What else there is to read, with its mistakes; null: nothing.
    void (*read_more)(const Config& config, const Inherited& inherited, Provisioner& out,
                      std::vector<Error>& errors) = nullptr;
};
constexpr TypeRow kTypes[] = {
    {"JWK", kJwkFields, find_failures_jwk, make_jwk},
    {"AWS", kAwsFields, find_failures_aws, make_aws},
    {"GCP", kGcpFields, find_failures_gcp, make_gcp},
    {"Azure", kAzureFields, find_failures_azure, make_azure},
    {"ACME", kAcmeFields, find_failures_acme, make_acme, read_acme_extras},
};

constexpr std::string_view kOriginalTypes[] = {"JWK", "OIDC",   "GCP",  "AWS",   "Azure", "ACME",
                                               "X5C", "SSHPOP", "SCEP", "K8sSA", "Nebula"};

const TypeRow* find_type(std::string_view type) {
    const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& row) {
        return equal_fold(row.name, type);
    });
    return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace

bool is_supported_type(std::string_view type) {
    return find_type(type) != nullptr;
}

bool is_original_type(std::string_view type) {
    return std::any_of(std::begin(kOriginalTypes), std::end(kOriginalTypes),
                       [&](std::string_view name) { return equal_fold(name, type); });
}

std::vector<std::string_view> member_names(std::string_view type) {
    std::vector<std::string_view> all;
    if (const TypeRow* row = find_type(type)) {
        for (const FieldRow& field : row->fields) {
            all.push_back(field.name);
        }
    }
    return all;
}

Made make_all(const json::Value& entry, const Inherited& inherited) {
    Made made;
    std::string type;
    json::Fields fields(entry, "authority.provisioners");
    fields.get("type", type);
    made.unreadable = fields.failures();
    const TypeRow* row = find_type(type);
    if (row == nullptr && made.unreadable.empty()) {
        Error error = json::error_at(entry.place(),
                                     "provisioner type " + quote(type) + " is not supported yet");
        error.code = Code::kUnsupported;
        made.unreadable.push_back(std::move(error));
    }
    if (row == nullptr) {
        return made;
    }
    Config config = read_config(entry, row->fields, made.unreadable);
    made.failures = row->find_failures(config, inherited);

    Provisioner& out = made.provisioner;
    out = {.type = config.type,
           .type_name = std::string(row->name),
           .name = config.name,
           .encrypted_key = config.encrypted_key,
           .claims = inherited.claims,
           .rules = make_rules(config.options, config.policies, "authority.provisioners.options",
                               inherited, made.unreadable),
           .json = json::encode(show_config(config, row->fields))};
    if (config.claims) {
        out.claims = issuance::inherit(*config.claims, inherited.claims);
    }
    if (auto webhooks = webhook::to_webhooks(config.options.webhooks)) {
        out.webhooks = *std::move(webhooks);
    } else {
        made.failures.push_back(webhooks.error().detail);
    }
    for (const Error& mistake : issuance::find_mistakes(out.claims)) {
        made.failures.push_back(mistake.detail);
    }
    out.failure = made.failures.empty() ? "" : made.failures.front();
    row->make(config, inherited, out);
    if (row->read_more != nullptr) {
        row->read_more(config, inherited, out, made.unreadable);
    }
    return made;
}

Result<Provisioner> make(const json::Value& entry, const Inherited& inherited) {
    Made made = make_all(entry, inherited);
    if (!made.unreadable.empty()) {
        return made.unreadable.front();
    }
    return std::move(made.provisioner);
}

}  // namespace step::provisioner
