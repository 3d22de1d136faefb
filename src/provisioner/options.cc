#include "json/decode.h"
#include "provisioner/options_impl.h"

namespace step::provisioner {
namespace {

/// True if Go's decoder would leave the member at its zero value.
bool is_empty(const json::Value* value) {
    if (value == nullptr || value->is_null()) {
        return true;
    }
    const json::Array* array = value->as_array();
    return array != nullptr && array->empty();
}

Error wrong_kind(const json::Value& value, const std::string& path) {
    return json::error_at(value.place(),
                          "cannot unmarshal " + std::string(value.kind()) + " into field " + path);
}

/// `options.x509` or `options.ssh` as the original shows it: members that say nothing left out.
json::Value show_template(const json::Value& value, const std::string& path,
                          std::vector<Error>& errors) {
    json::Fields fields(value, path);
    json::Object shown;
    for (const char* name : {"template", "templateFile"}) {
        std::string text;
        fields.get(name, text);
        if (!text.empty()) {
            shown.push_back({.name = name, .value = std::move(text)});
        }
    }
    if (const json::Value* data = value.find("templateData")) {
        shown.push_back({.name = "templateData", .value = *data});
    }
    errors.insert(errors.end(), fields.failures().begin(), fields.failures().end());
    return shown;
}

/// The options with what `templateFile` means in place of what it says.
json::Value resolved(const json::Value& options, const Inherited& inherited) {
    json::Object members;
    for (const json::Member& member : *options.as_object()) {
        const std::string* text = member.value.as_string();
        const bool file = json::same_name("templateFile", member.name) && text != nullptr;
        if (file && !text->empty() && inherited.resolve) {
            members.push_back({.name = member.name, .value = inherited.resolve(*text)});
        } else {
            members.push_back(member);
        }
    }
    return members;
}

std::shared_ptr<const profile::TemplateSource> make_source(const json::Value& options,
                                                           profile::TemplateKind kind,
                                                           const std::string& path,
                                                           const Inherited& inherited,
                                                           std::vector<Error>& errors) {
    if (options.is_null()) {
        return nullptr;
    }
    auto made = profile::TemplateSource::make(resolved(options, inherited), "", kind);
    if (!made) {
        Error error = std::move(made).error();
        error.detail.insert(0, path + ": ");
        errors.push_back(std::move(error));
        return nullptr;
    }
    const bool says_something = (*made)->has_template() || (*made)->has_data();
    return says_something ? *std::move(made) : nullptr;
}

}  // namespace

OptionsEntry read_options(const json::Value* value, const std::string& path,
                          std::vector<Error>& errors) {
    OptionsEntry entry;
    if (value == nullptr) {
        return entry;
    }
    if (value->as_object() == nullptr) {
        errors.push_back(wrong_kind(*value, path));
        return entry;
    }
    json::Object shown;
    const auto read_part = [&](const char* name, json::Value& out) {
        const json::Value* part = value->find(name);
        if (part == nullptr || part->is_null()) {
            return;
        }
        const std::string part_path = path + "." + name;
        if (part->as_object() == nullptr) {
            errors.push_back(wrong_kind(*part, part_path));
            return;
        }
        out = *part;
        shown.push_back({.name = name, .value = show_template(*part, part_path, errors)});
    };
    read_part("x509", entry.x509);
    read_part("ssh", entry.ssh);
    if (const json::Value* hooks = value->find("webhooks")) {
        entry.webhooks = webhook::read_entries(*hooks, path + ".webhooks", errors);
        if (!entry.webhooks.empty()) {
            shown.push_back({.name = "webhooks", .value = webhook::show_entries(entry.webhooks)});
        }
    }
    // Of ACME provisioners alone, which this build does not have: refused, not ignored.
    if (const json::Value* wire = value->find("wire"); !is_empty(wire)) {
        Error error = json::error_at(wire->place(), path + ".wire is not supported yet");
        error.code = Code::kUnsupported;
        errors.push_back(std::move(error));
    }
    entry.shown = std::move(shown);
    return entry;
}

std::shared_ptr<const issuance::Rules> make_rules(const OptionsEntry& options,
                                                  policy::Policies policies,
                                                  const std::string& path,
                                                  const Inherited& inherited,
                                                  std::vector<Error>& errors) {
    issuance::Rules rules{
        .x509_template = make_source(options.x509, profile::TemplateKind::kCertificate,
                                     path + ".x509", inherited, errors),
        .ssh_template =
            make_source(options.ssh, profile::TemplateKind::kSsh, path + ".ssh", inherited, errors),
        .policies = std::move(policies)};
    if (!rules.x509_template && !rules.ssh_template && options.webhooks.empty() &&
        !rules.policies.x509 && !rules.policies.ssh) {
        return nullptr;
    }
    return std::make_shared<const issuance::Rules>(std::move(rules));
}

}  // namespace step::provisioner
