#include "base/text.h"
#include "json/decode.h"
#include "provisioner/fields_impl.h"

namespace step::provisioner {
namespace {

/// True if Go's decoder would leave the member at its zero value.
bool is_empty(const json::Value* value) {
    if (value == nullptr || value->is_null()) {
        return true;
    }
    if (const std::string* text = value->as_string()) {
        return text->empty();
    }
    if (const json::Array* array = value->as_array()) {
        return array->empty();
    }
    return false;
}

Error not_yet(const json::Value& value, const std::string& path) {
    Error error = json::error_at(value.place(), path + " is not supported yet");
    error.code = Code::kUnsupported;
    return error;
}

/// `options` is accepted only where it asks for nothing: its absent and its empty form are the
/// same to the original, except that the empty one is listed.
Result<json::Value> read_options(const json::Value* options, const std::string& path) {
    if (options == nullptr) {
        return json::Value();
    }
    if (options->as_object() == nullptr) {
        return json::error_at(options->place(), "cannot unmarshal " + std::string(options->kind()) +
                                                    " into field " + path);
    }
    json::Object shown;
    for (const char* part : {"x509", "ssh"}) {
        const json::Value* value = options->find(part);
        if (value == nullptr || value->is_null()) {
            continue;
        }
        const std::string part_path = path + "." + part;
        if (value->as_object() == nullptr) {
            return json::error_at(value->place(), "cannot unmarshal " + std::string(value->kind()) +
                                                      " into field " + part_path);
        }
        for (const char* name : {"template", "templateFile", "templateData"}) {
            if (const json::Value* member = value->find(name); !is_empty(member)) {
                return not_yet(*member, part_path + "." + name);
            }
        }
        shown.push_back({.name = part, .value = json::Object{}});
    }
    for (const char* name : {"webhooks", "wire"}) {
        if (const json::Value* member = options->find(name); !is_empty(member)) {
            return not_yet(*member, path + "." + name);
        }
    }
    return json::Value(std::move(shown));
}

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
            case Kind::kOptions: {
                Result<json::Value> options = read_options(member, fields.path_of(row.name));
                if (options) {
                    config.options = *std::move(options);
                } else {
                    errors.push_back(std::move(options).error());
                }
                break;
            }
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
                if (!config.options.is_null()) {
                    add(row.name, config.options);
                }
                break;
            case Kind::kPolicy:
                break;
        }
    }
    return shown;
}

}  // namespace step::provisioner
