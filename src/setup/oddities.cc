#include <algorithm>

#include "base/nearest.h"
#include "base/text.h"
#include "issuance/claims.h"
#include "json/decode.h"
#include "json/parse.h"
#include "policy/entry.h"
#include "provisioner/provisioner.h"
#include "setup/config.h"
#include "webhook/config.h"

namespace step::setup {
namespace {

using Names = std::vector<std::string_view>;

/// What the sections of ca.json may hold (docs/configuration.md). Those that are refused whole
/// are not looked into, nor are `authority.purge` and `acmeValidation`, whose readers refuse what
/// they do not know.
struct Section {
    std::string_view path;  ///< As place_of_key takes it.
    Names names;
};

std::vector<Section> sections() {
    return {
        {"",
         {"root",
          "federatedRoots",
          "crt",
          "key",
          "password",
          "address",
          "insecureAddress",
          "dnsNames",
          "commonName",
          "logger",
          "db",
          "tls",
          "authority",
          "kms",
          "ssh",
          "templates",
          "monitoring",
          "metricsAddress",
          "crl",
          "acmeValidation"}},
        {"logger", {"format", "traceHeader"}},
        {"db", {"type", "dataSource", "valueDir", "database", "badgerFileLoadingMode"}},
        {"tls", {"cipherSuites", "minVersion", "maxVersion", "renegotiation"}},
        {"kms",
         {"type", "uri", "credentialsFile", "pin", "managementKey", "region", "profile",
          "storageDirectory"}},
        {"crl", {"enabled", "generateOnRevoke", "cacheDuration", "renewPeriod", "idpURL"}},
        {"authority",
         {"provisioners", "claims", "template", "backdate", "disableIssuedAtCheck", "purge",
          "deploymentType", "type", "certificateAuthority", "certificateAuthorityFingerprint",
          "certificateIssuer", "credentialsFile", "config", "authorityId", "enableAdmin", "policy",
          "disableGetSSHHosts"}},
        {"authority.claims", issuance::claim_names()},
        {"authority.template",
         {"country", "organization", "organizationalUnit", "locality", "province", "streetAddress",
          "serialNumber", "commonName"}},
    };
}

/// JSON has no comments, so people make some.
bool is_comment(std::string_view name) {
    return name.starts_with('_') || name.starts_with("//") || name.starts_with('#') ||
           name.starts_with('$');
}

class Looker {
public:
    void look(const json::Value* object, const std::string& path, const Names& names) {
        if (object == nullptr || object->as_object() == nullptr) {
            return;
        }
        for (const json::Member& member : *object->as_object()) {
            const auto knows = [&member](std::string_view name) {
                return json::same_name(name, member.name);
            };
            const auto known = std::find_if(names.begin(), names.end(), knows);
            if (known == names.end()) {
                unknown(member, path, names);
                continue;
            }
            const json::Value* counts = object->find(*known);
            if (counts != &member.value) {
                warn(member.place,
                     quote(member.name) + " is given again in line " +
                         std::to_string(counts->place().line) + ", and only the last one counts",
                     "remove one of them");
            }
        }
    }

    void warn(json::Place place, std::string what, std::string advice) {
        findings.push_back({.severity = Finding::Severity::kWarning,
                            .place = place,
                            .what = std::move(what),
                            .advice = std::move(advice)});
    }

    std::vector<Finding> findings{};

private:
    void unknown(const json::Member& member, const std::string& path, const Names& names) {
        if (is_comment(member.name)) {
            return;
        }
        const std::string_view near = nearest(member.name, names);
        warn(member.place,
             "unknown key " + quote(member.name) + (path.empty() ? "" : " in " + path) +
                 " is ignored",
             near.empty() ? "remove it" : "did you mean " + quote(near) + "?");
    }
};

const json::Value* find_section(const json::Value& root, std::string_view path) {
    const json::Value* at = &root;
    for (const std::string& part : split(path, '.')) {
        at = at != nullptr && !part.empty() ? at->find(part) : at;
    }
    return at;
}

void look_at_policy(Looker& looker, const json::Value* value, const std::string& path) {
    for (const policy::ObjectNames& object : policy::object_names()) {
        looker.look(value != nullptr ? find_section(*value, object.path) : nullptr,
                    object.path.empty() ? path : path + "." + object.path, object.members);
    }
}

void look_at_webhooks(Looker& looker, const json::Value& entry, const std::string& path) {
    const json::Value* list = find_section(entry, "options.webhooks");
    if (list == nullptr || list->as_array() == nullptr) {
        return;
    }
    std::size_t index = 0;
    for (const json::Value& one : *list->as_array()) {
        looker.look(&one, path + ".options.webhooks[" + std::to_string(index++) + "]",
                    webhook::member_names());
    }
}

void look_at_provisioners(Looker& looker, const json::Value& authority) {
    const json::Value* list = authority.find("provisioners");
    if (list == nullptr || list->as_array() == nullptr) {
        return;
    }
    std::size_t index = 0;
    for (const json::Value& entry : *list->as_array()) {
        const std::string path = "authority.provisioners[" + std::to_string(index++) + "]";
        const json::Value* type = entry.find("type");
        if (type == nullptr || type->as_string() == nullptr ||
            !provisioner::is_supported_type(*type->as_string())) {
            continue;
        }
        looker.look(&entry, path, provisioner::member_names(*type->as_string()));
        looker.look(entry.find("claims"), path + ".claims", issuance::claim_names());
        look_at_policy(looker, entry.find("policy"), path + ".policy");
        look_at_webhooks(looker, entry, path);
    }
}

}  // namespace

std::vector<Finding> find_oddities(std::string_view text, const json::Value& root) {
    Looker looker;
    for (const Section& section : sections()) {
        looker.look(find_section(root, section.path), std::string(section.path), section.names);
    }
    if (const json::Value* authority = root.find("authority")) {
        look_at_policy(looker, authority->find("policy"), "authority.policy");
        look_at_provisioners(looker, *authority);
    }
    const auto whole = json::parse(text, {.trailing = json::ParseOptions::Trailing::kRefuse});
    if (!whole && !root.is_null()) {
        looker.warn(json::place_of(whole.error()),
                    "text after the end of the configuration is ignored", "remove it");
    }
    return std::move(looker.findings);
}

}  // namespace step::setup
