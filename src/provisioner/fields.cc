#include "base/base64.h"
#include "base/text.h"
#include "json/decode.h"
#include "provisioner/fields_impl.h"

namespace step::provisioner {
namespace {

policy::Policies read_policy(const json::Value& value, const std::string& provisioner,
                             std::vector<Error>& errors) {
    const std::string path = fmt::format("authority.provisioners[{}].policy", quote(provisioner));
    const policy::Entry entry = policy::read_entry(value, path, errors);
    for (const policy::Mistake& mistake : policy::find_mistakes(entry, path)) {
        errors.push_back(json::error_at(mistake.place, mistake.what));
    }
    Result<policy::Policies> policies = policy::compile(entry, path);
    return policies ? *std::move(policies) : policy::Policies{};
}

void read_octets(json::Fields& fields, const FieldRow& row, Config& config) {
    std::string text;
    fields.get(row.name, text);
    if (auto octets = parse_base64(text)) {
        config.*row.text = *std::move(octets);
    } else if (const json::Value* member = fields.child(row.name)) {
        fields.fail(*member, fields.path_of(row.name) + " is no base64");
    }
}

json::Value to_json(const std::vector<std::string>& texts) {
    json::Array array;
    for (const std::string& text : texts) {
        array.emplace_back(text);
    }
    return array;
}

}  // namespace

Config read_config(const json::Value& entry, std::span<const FieldRow> rows,
                   std::vector<Error>& errors) {
    Config config;
    json::Fields fields(entry, "authority.provisioners");
    for (const FieldRow& row : rows) {
        const json::Value* member = fields.child(row.name);
        switch (row.kind) {
            case Kind::kText:
            case Kind::kOptionalText:
                fields.get(row.name, config.*row.text);
                break;
            case Kind::kFlag:
                fields.get(row.name, config.*row.flag);
                break;
            case Kind::kTexts:
                fields.get(row.name, config.*row.texts);
                break;
            case Kind::kOctets:
                read_octets(fields, row, config);
                break;
            case Kind::kPrivate:
                if (member != nullptr && member->as_object() == nullptr) {
                    fields.fail(*member, fields.path_of(row.name) + " must be an object");
                } else if (member != nullptr) {
                    config.*row.value = *member;
                }
                break;
            case Kind::kKey:
                if (member != nullptr) {
                    Result<jose::Jwk> key = jose::parse_jwk(*member);
                    if (key) {
                        config.key.emplace(*std::move(key));
                    } else {
                        fields.fail(*member, fields.path_of(row.name) + ": " + key.error().detail);
                    }
                }
                break;
            case Kind::kClaims:
                if (member != nullptr) {
                    config.claims =
                        issuance::read_claims(*member, fields.path_of(row.name), errors);
                }
                break;
            case Kind::kOptions:
                config.options = read_options(member, fields.path_of(row.name), errors);
                break;
            case Kind::kPolicy:
                if (member != nullptr) {
                    config.policies = read_policy(*member, config.name, errors);
                }
                break;
        }
    }
    errors.insert(errors.end(), fields.failures().begin(), fields.failures().end());
    return config;
}

json::Value show_config(const Config& config, std::span<const FieldRow> rows) {
    json::Object shown;
    const auto add = [&shown](std::string_view name, json::Value value) {
        shown.push_back({.name = std::string(name), .value = std::move(value)});
    };
    for (const FieldRow& row : rows) {
        switch (row.kind) {
            case Kind::kText:
                add(row.name, config.*row.text);
                break;
            case Kind::kOptionalText:
                if (!(config.*row.text).empty()) {
                    add(row.name, config.*row.text);
                }
                break;
            case Kind::kFlag:
                if (config.*row.flag) {
                    add(row.name, true);
                }
                break;
            case Kind::kTexts:
                if (!(config.*row.texts).empty()) {
                    add(row.name, to_json(config.*row.texts));
                }
                break;
            case Kind::kOctets:
                if (!(config.*row.text).empty()) {
                    add(row.name, encode_base64(config.*row.text));
                }
                break;
            case Kind::kKey:
                add(row.name, config.key && config.key->public_key ? jose::public_jwk(*config.key)
                                                                   : json::Value());
                break;
            case Kind::kClaims:
                if (config.claims) {
                    add(row.name, issuance::encode_claims(*config.claims));
                }
                break;
            case Kind::kOptions:
                if (!config.options.shown.is_null()) {
                    add(row.name, config.options.shown);
                }
                break;
            case Kind::kPolicy:
            case Kind::kPrivate:
                break;
        }
    }
    return shown;
}

}  // namespace step::provisioner
