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
    {"type", Kind::kText, &Config::type},
    {"name", Kind::kText, &Config::name},
    {"key", Kind::kKey},
    {"encryptedKey", Kind::kOptionalText, &Config::encrypted_key},
    {"claims", Kind::kClaims},
    {"options", Kind::kOptions},
};

struct TypeRow {
    std::string_view name;
    std::span<const FieldRow> fields;
    void (*make)(const Config& config, Provisioner& out);
};
constexpr TypeRow kTypes[] = {
    {"JWK", kJwkFields, make_jwk},
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

Result<Provisioner> make(const json::Value& entry, const issuance::Claims& inherited) {
    std::string type;
    STEP_TRY(json::Fields(entry, "authority.provisioners").get("type", type).status());
    const TypeRow* row = find_type(type);
    if (row == nullptr) {
        Error error = json::error_at(entry.place(),
                                     "provisioner type " + quote(type) + " is not supported yet");
        error.code = Code::kUnsupported;
        return error;
    }
    STEP_ASSIGN(const Config config, read_config(entry, row->fields));

    Provisioner made{.type = config.type,
                     .type_name = std::string(row->name),
                     .name = config.name,
                     .encrypted_key = config.encrypted_key,
                     .claims = inherited,
                     .json = json::encode(show_config(config, row->fields))};
    if (config.claims) {
        made.claims = issuance::inherit(*config.claims, inherited);
    }
    row->make(config, made);
    if (made.failure.empty()) {
        if (const Status valid = issuance::validate(made.claims); !valid) {
            made.failure = valid.error().detail;
        }
    }
    if (!made.failure.empty()) {
        made.sign.reset();
        made.revoke.reset();
    }
    return made;
}

}  // namespace step::provisioner
