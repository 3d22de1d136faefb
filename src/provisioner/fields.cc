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

void read_octets(json::Fields& fields, std::string_view name, std::string& out) {
    std::string text;
    fields.get(name, text);
    if (auto octets = parse_base64(text)) {
        out = *std::move(octets);
    } else if (const json::Value* member = fields.child(name)) {
        fields.fail(*member, fields.path_of(name) + " is no base64");
    }
}

json::Value to_json(const std::vector<std::string>& texts) {
    return json::Array(texts.begin(), texts.end());
}

void read_private(json::Fields& fields, std::string_view name, json::Value& out) {
    const json::Value* member = fields.child(name);
    if (member != nullptr && member->as_object() == nullptr) {
        fields.fail(*member, fields.path_of(name) + " must be an object");
    } else if (member != nullptr) {
        out = *member;
    }
}

/// Puts one member where it belongs.
struct Read {
    json::Fields& fields;
    Config& config;
    std::string_view name;

    void operator()(std::monostate /*nowhere*/) const {}
    void operator()(std::string Config::* text) const { fields.get(name, config.*text); }
    void operator()(bool Config::* flag) const { fields.get(name, config.*flag); }
    void operator()(std::vector<std::string> Config::* list) const {
        fields.get(name, config.*list);
    }
    void operator()(json::Value Config::* value) const {
        read_private(fields, name, config.*value);
    }
    void operator()(List Config::* list) const {
        if (fields.child(name) != nullptr) {
            fields.get(name, (config.*list).emplace());
        }
    }
    void operator()(Duration Config::* duration) const {
        const json::Value* member = fields.child(name);
        std::string text;
        fields.get(name, text);
        if (member == nullptr || member->as_string() == nullptr) {
            return;
        }
        if (const Result<Duration> parsed = parse_duration(text)) {
            config.*duration = *parsed;
        } else {
            fields.fail(*member, fields.path_of(name) + ": " + parsed.error().detail);
        }
    }
};

/// Shows one member.
struct Show {
    const Config& config;

    json::Value operator()(std::monostate /*nowhere*/) const { return {}; }
    json::Value operator()(std::string Config::* text) const { return json::Value(config.*text); }
    json::Value operator()(bool Config::* flag) const { return json::Value(config.*flag); }
    json::Value operator()(std::vector<std::string> Config::* list) const {
        return to_json(config.*list);
    }
    json::Value operator()(json::Value Config::* value) const { return config.*value; }
    json::Value operator()(Duration Config::* duration) const {
        return json::Value(format_duration(config.*duration));
    }
    json::Value operator()(List Config::* list) const {
        const List& texts = config.*list;
        return texts ? to_json(*texts) : json::Value();
    }
};

bool is_empty(const json::Value& value) {
    return value.is_null() || value == json::Value(false) ||
           (value.as_string() != nullptr && value.as_string()->empty()) ||
           (value.as_array() != nullptr && value.as_array()->empty());
}

}  // namespace

Config read_config(const json::Value& entry, std::span<const FieldRow> rows,
                   std::vector<Error>& errors) {
    Config config;
    json::Fields fields(entry, "authority.provisioners");
    for (const FieldRow& row : rows) {
        const json::Value* member = fields.child(row.name);
        switch (row.kind) {
            case Kind::kAlways:
            case Kind::kNonEmpty:
            case Kind::kPrivate:
                std::visit(Read{fields, config, row.name}, row.target);
                break;
            case Kind::kOctets:
                read_octets(fields, row.name, config.*std::get<std::string Config::*>(row.target));
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
            case Kind::kAlways:
            case Kind::kNonEmpty: {
                json::Value value = std::visit(Show{config}, row.target);
                if (row.kind == Kind::kAlways || !is_empty(value)) {
                    add(row.name, std::move(value));
                }
                break;
            }
            case Kind::kOctets: {
                const std::string& octets = config.*std::get<std::string Config::*>(row.target);
                if (!octets.empty()) {
                    add(row.name, encode_base64(octets));
                }
                break;
            }
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
