#include "profile/template_data.h"

#include "profile/go_struct_impl.h"
#include "tmpl/convert.h"

namespace step::profile {
namespace {

using tmpl::Kind;
using tmpl::Value;

constexpr tmpl::Type kTemplateData{
    .kind = Kind::kMap, .name = "x509util.TemplateData", .elem = &tmpl::types::kAny};
constexpr tmpl::Type kSshRequest{.kind = Kind::kStruct, .name = "sshutil.CertificateRequest"};

/// A number that no float64 holds, which the original refuses earlier, makes the whole nil.
Value from_json(const json::Value& value) {
    Result<Value> made = tmpl::from_json(value);
    return made ? *std::move(made) : Value();
}

}  // namespace

TemplateData::TemplateData() : root_(tmpl::make_map()), insecure_(tmpl::make_map()) {
    root_->set("Insecure", Value::of(kTemplateData, insecure_));
}

void TemplateData::set(std::string key, Value value) {
    root_->set(std::move(key), std::move(value));
}

void TemplateData::set_insecure(std::string key, Value value) {
    insecure_->set(std::move(key), std::move(value));
}

void TemplateData::set_token(std::shared_ptr<const json::Value> claims) {
    set("Token", Value::lazy([claims = std::move(claims)] { return from_json(*claims); }));
}

void TemplateData::set_user(const json::Value& data) {
    set_insecure("User", data.as_object() == nullptr ? Value(tmpl::make_map()) : from_json(data));
}

void TemplateData::set_webhook(std::string name, const json::Value& data) {
    const Value* known = root_->find("Webhooks");
    const auto* map = known == nullptr ? nullptr : known->as_map();
    if (map == nullptr) {
        auto fresh = tmpl::make_map();
        fresh->set(std::move(name), from_json(data));
        set("Webhooks", Value(std::move(fresh)));
        return;
    }
    (*map)->set(std::move(name), from_json(data));
}

Status TemplateData::merge(const json::Value& template_data) {
    if (template_data.is_null()) {
        return ok();
    }
    const json::Object* members = template_data.as_object();
    if (members == nullptr) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error unmarshaling template data: json: cannot "
                                           "unmarshal {} into Go value of type "
                                           "x509util.TemplateData",
                                           template_data.kind())};
    }
    for (const json::Member& member : *members) {
        if (member.name == "Insecure") {
            continue;
        }
        Result<Value> value = tmpl::from_json(member.value);
        if (!value) {
            Error error = std::move(value).error();
            error.detail.insert(0, "error unmarshaling template data: ");
            return error;
        }
        set(member.name, *std::move(value));
    }
    return ok();
}

Value TemplateData::value() const {
    return Value::of(kTemplateData, root_);
}

void set_names(TemplateData& data, const x509::Subject& subject, const x509::AltNames& names) {
    data.set("Subject", subject_value(subject));
    data.set("SANs", names_value(names));
}

Value ssh_options_value(const std::map<std::string, std::string>& options) {
    if (options.empty()) {
        return Value::nil_of(tmpl::types::kMap);
    }
    auto map = tmpl::make_map();
    for (const auto& [name, value] : options) {
        map->set(name, value);
    }
    return Value(std::move(map));
}

void set_ssh(TemplateData& data, SshType type, std::string_view key_id,
             const std::vector<std::string>& principals) {
    data.set("Type", ssh_type_name(type));
    data.set("KeyID", key_id);
    data.set("Principals", impl::strings(principals));
    data.set("Extensions", ssh_options_value(default_ssh_extensions(type)));
}

Value ssh_request_value(const SshRequest& request) {
    return impl::make_struct(kSshRequest, {{"Key", "", request.key},
                                           {"Type", "", request.type},
                                           {"KeyID", "", request.key_id},
                                           {"Principals", "", impl::strings(request.principals)}});
}

}  // namespace step::profile
