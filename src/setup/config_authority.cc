#include "base/text.h"
#include "provisioner/provisioner.h"
#include "setup/config_impl.h"

namespace step::setup {
namespace {

void refuse_cas(Reader& reader, const json::Value& authority) {
    const json::Value* type_value = authority.find("type");
    std::string type;
    json::Fields fields(authority, "authority");
    fields.get("type", type);
    reader.take(fields);
    if (!type.empty() && !equal_fold(type, "softcas")) {
        for (const char* known : {"stepcas", "cloudcas", "vaultcas"}) {
            if (equal_fold(type, known)) {
                reader.refuse(type_value, "authority.type", "cas type " + type);
                return;
            }
        }
        reader.fail(Code::kInvalidArgument, "unsupported cas type " + type, "authority.type",
                    type_value);
        return;
    }
    for (const char* name : {"certificateAuthority", "certificateAuthorityFingerprint",
                             "certificateIssuer", "credentialsFile", "config"}) {
        reader.refuse(authority.find(name), std::string("authority.") + name,
                      std::string("authority.") + name + " (another CA as signer)");
    }
}

void refuse_capabilities(Reader& reader, const json::Value& authority, AuthorityConfig& out) {
    if (!out.deployment_type.empty() && !equal_fold(out.deployment_type, "standalone")) {
        reader.refuse(authority.find("deploymentType"), "authority.deploymentType",
                      "deployment type " + out.deployment_type);
    }
    reader.refuse(authority.find("authorityId"), "authority.authorityId",
                  "an authorityId (linked deployments)");
    reader.refuse(authority.find("enableAdmin"), "authority.enableAdmin",
                  "remote provisioner management");
    reader.refuse(authority.find("disableGetSSHHosts"), "authority.disableGetSSHHosts",
                  "disableGetSSHHosts (an SSH certificate authority)");
}

void read_subject(Reader& reader, const json::Value& authority, x509::Subject& out) {
    const json::Value* value = section(reader, authority, "template", "authority.template");
    if (value == nullptr) {
        return;
    }
    json::Fields fields(*value, "authority.template");
    const auto one = [&](std::string_view name, std::vector<std::string>& list) {
        std::string text;
        fields.get(name, text);
        if (!text.empty()) {
            list = {text};
        }
    };
    one("country", out.country);
    one("organization", out.organization);
    one("organizationalUnit", out.organizational_unit);
    one("locality", out.locality);
    one("province", out.province);
    one("streetAddress", out.street_address);
    fields.get("serialNumber", out.serial_number).get("commonName", out.common_name);
    reader.take(fields);
}

/// With enableAdmin the original takes its policy from the database and never looks here.
void read_policy(Reader& reader, const json::Value& authority, bool enable_admin,
                 policy::Policies& out) {
    const std::string key = "authority.policy";
    const json::Value* value = section(reader, authority, "policy", key);
    if (value == nullptr) {
        return;
    }
    if (enable_admin) {
        reader.warn("authority.policy is ignored with enableAdmin: the database holds the policy",
                    value, "remove it");
        return;
    }
    std::vector<Error> unreadable;
    const policy::Entry entry = policy::read_entry(*value, key, unreadable);
    reader.take(unreadable);
    for (const policy::Mistake& mistake : policy::find_mistakes(entry, key)) {
        json::Value rule;
        rule.set_place(mistake.place);
        reader.fail(Code::kInvalidArgument, mistake.what, mistake.path, &rule,
                    "mend or remove the rule");
    }
    if (Result<policy::Policies> policies = policy::compile(entry, key)) {
        out = *std::move(policies);
    }
}

/// Keeps what we serve. A type the original does not know either is dropped, as it does; ours
/// says so.
void read_provisioner(Reader& reader, const json::Value& entry, std::size_t index,
                      AuthorityConfig& out) {
    const std::string key = "authority.provisioners[" + std::to_string(index) + "]";
    if (entry.as_object() == nullptr) {
        reader.unreadable("error unmarshaling provisioner: cannot unmarshal " +
                              std::string(entry.kind()) + " into a provisioner",
                          key, &entry);
        return;
    }
    std::string type, name;
    json::Fields fields(entry, key);
    fields.get("type", type);
    reader.take(fields);
    if (!fields.status()) {
        return;
    }
    const json::Value* name_value = entry.find("name");
    if (name_value != nullptr && name_value->as_string() != nullptr) {
        name = *name_value->as_string();
    }
    if (!provisioner::is_supported_type(type) && provisioner::is_original_type(type)) {
        reader.refuse(entry.find("type"), key + ".type", "a provisioner of type " + type);
        return;
    }
    if (!provisioner::is_supported_type(type)) {
        reader.warn(
            "provisioner " + quote(name) + " is left out: its type " + quote(type) + " is unknown",
            entry.find("type"), "write JWK");
        return;
    }
    out.provisioners.push_back(entry);
}

void read_purge(Reader& reader, const json::Value& authority, PurgeConfig& out) {
    constexpr std::int64_t kMostDays = 36'500;
    const json::Value* value = section(reader, authority, "purge", "authority.purge");
    if (value == nullptr) {
        return;
    }
    std::int64_t days = 0;
    json::Fields fields(*value, "authority.purge");
    fields.get("certificatesAfterDays", days);
    reader.take(fields);
    if (days < 0 || days > kMostDays) {
        reader.fail(Code::kInvalidArgument,
                    "authority.purge.certificatesAfterDays must be between 1 and 36500, or 0 to "
                    "keep records for ever",
                    "authority.purge.certificatesAfterDays", value->find("certificatesAfterDays"));
    } else if (days > 0) {
        out.certificates_after_days = days;
    }
    // A purge that was meant and misspelt would never happen, and nobody would notice.
    for (const json::Member& member : *value->as_object()) {
        if (!json::same_name("certificatesAfterDays", member.name)) {
            reader.fail(Code::kInvalidArgument, "authority.purge has no member " + member.name,
                        "authority.purge." + member.name, &member.value);
        }
    }
}

}  // namespace

void read_authority(Reader& reader, const json::Value& root, AuthorityConfig& out) {
    const json::Value* authority = section(reader, root, "authority", "authority");
    if (authority == nullptr) {
        return;
    }
    bool enable_admin = false;
    json::Fields fields(*authority, "authority");
    fields.get("authorityId", out.authority_id)
        .get("deploymentType", out.deployment_type)
        .get("disableIssuedAtCheck", out.disable_issued_at_check)
        .get("enableAdmin", enable_admin)
        .get("disableGetSSHHosts", out.disable_get_ssh_hosts);
    reader.take(fields);
    read_duration(reader, *authority, "backdate", "authority.backdate", out.backdate);
    if (out.backdate.count() < 0) {
        reader.fail(Code::kInvalidArgument, "authority.backdate cannot be less than 0",
                    "authority.backdate", authority->find("backdate"));
    }
    refuse_cas(reader, *authority);
    refuse_capabilities(reader, *authority, out);
    read_subject(reader, *authority, out.subject);
    read_purge(reader, *authority, out.purge);
    read_policy(reader, *authority, enable_admin, out.policies);
    if (const json::Value* claims = section(reader, *authority, "claims", "authority.claims")) {
        out.claims = *claims;
    }
    const json::Value* provisioners = authority->find("provisioners");
    if (provisioners == nullptr || provisioners->is_null()) {
        return;
    }
    if (provisioners->as_array() == nullptr) {
        reader.unreadable("error unmarshaling provisioner list", "authority.provisioners",
                          provisioners);
        return;
    }
    std::size_t index = 0;
    for (const json::Value& entry : *provisioners->as_array()) {
        read_provisioner(reader, entry, index++, out);
    }
}

}  // namespace step::setup
