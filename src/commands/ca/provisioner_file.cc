#include "commands/ca/provisioner_file.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "issuance/claims.h"
#include "json/parse.h"
#include "json/write.h"
#include "provisioner/provisioner.h"

namespace step::commands {
namespace {

Error conflict(std::string_view what) {
    return {.code = Code::kConflict,
            .detail = fmt::format("cannot add multiple provisioners with the same {}", what)};
}

/// Type and name, name and key id, or the tenant: what tells provisioners apart in step-ca.
std::string id_of(const json::Value& entry) {
    const std::string name = text_member(entry, "name"), type = text_member(entry, "type");
    if (equal_fold(type, "Azure")) {
        return text_member(entry, "tenantID");
    }
    if (!equal_fold(type, "JWK")) {
        return to_lower(type) + "/" + name;
    }
    const json::Value* key = entry.find("key");
    return name + ":" + (key != nullptr ? text_member(*key, "kid") : "");
}

}  // namespace

json::Value* member_of(json::Value& object, std::string_view name) {
    json::Object* members = object.as_object();
    if (members == nullptr) {
        return nullptr;
    }
    const auto found = std::find_if(
        members->rbegin(), members->rend(),
        [&](const json::Member& member) { return json::same_name(name, member.name); });
    return found == members->rend() ? nullptr : &found->value;
}

void set_member(json::Value& object, std::string_view name, json::Value value) {
    if (json::Value* member = member_of(object, name)) {
        *member = std::move(value);
    } else {
        object.set(name, std::move(value));
    }
}

void remove_member(json::Value& object, std::string_view name) {
    if (json::Object* members = object.as_object()) {
        std::erase_if(*members, [&](const json::Member& member) {
            return json::same_name(name, member.name);
        });
    }
}

std::string text_member(const json::Value& object, std::string_view name) {
    const json::Value* found = object.find(name);
    return found != nullptr && found->as_string() != nullptr ? *found->as_string() : "";
}

std::vector<std::string> texts_member(const json::Value& object, std::string_view name) {
    std::vector<std::string> out;
    const json::Value* found = object.find(name);
    if (found != nullptr && found->as_array() != nullptr) {
        for (const json::Value& item : *found->as_array()) {
            out.push_back(item.as_string() != nullptr ? *item.as_string() : "");
        }
    }
    return out;
}

Result<ProvisionerFile> ProvisionerFile::parse(std::string_view text, const std::string& file) {
    const auto bad = [&](std::string_view why) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error parsing {}: {}", file, why)};
    };
    auto config = json::parse(text);
    if (!config) {
        return bad(fmt::format("{} ({})", config.error().detail, config.error().cause));
    }
    if (config->as_object() == nullptr) {
        return bad("not a JSON object");
    }
    json::Value* authority = member_of(*config, "authority");
    if (authority == nullptr || authority->is_null()) {
        set_member(*config, "authority", json::Object{});
        authority = member_of(*config, "authority");
    }
    if (authority->as_object() == nullptr) {
        return bad("authority is not a JSON object");
    }
    const json::Value* list = member_of(*authority, "provisioners");
    if (list == nullptr || list->is_null()) {
        set_member(*authority, "provisioners", json::Array{});
    } else if (list->as_array() == nullptr) {
        return bad("authority.provisioners is not a JSON array");
    }
    return ProvisionerFile(*std::move(config));
}

json::Array& ProvisionerFile::list() {
    return *member_of(*member_of(config_, "authority"), "provisioners")->as_array();
}

const json::Array& ProvisionerFile::list() const {
    return *config_.find("authority")->find("provisioners")->as_array();
}

std::set<std::string> ProvisionerFile::webhook_ids() const {
    std::set<std::string> ids;
    for (const json::Value& entry : list()) {
        const json::Value* options = entry.find("options");
        const json::Value* webhooks = options != nullptr ? options->find("webhooks") : nullptr;
        if (webhooks != nullptr && webhooks->as_array() != nullptr) {
            for (const json::Value& webhook : *webhooks->as_array()) {
                ids.insert(text_member(webhook, "id"));
            }
        }
    }
    return ids;
}

bool ProvisionerFile::remote_management() const {
    const json::Value* authority = config_.find("authority");
    const json::Value* enabled = authority != nullptr ? authority->find("enableAdmin") : nullptr;
    return enabled != nullptr && enabled->as_bool() != nullptr && *enabled->as_bool();
}

json::Value* ProvisionerFile::find(std::string_view name) {
    json::Array& all = list();
    const auto found = std::ranges::find_if(
        all, [&](const json::Value& entry) { return text_member(entry, "name") == name; });
    return found == all.end() ? nullptr : &*found;
}

Status ProvisionerFile::add(json::Value entry) {
    const std::string name = text_member(entry, "name");
    list().push_back(std::move(entry));
    if (Status fits = check(name); !fits) {
        list().pop_back();
        return fits;
    }
    return ok();
}

Status ProvisionerFile::remove(std::string_view name) {
    const json::Value* entry = find(name);
    if (entry == nullptr) {
        return Error{.code = Code::kNotFound,
                     .detail = fmt::format("provisioner '{}' not found", name)};
    }
    json::Array& all = list();
    all.erase(all.begin() + (entry - all.data()));
    return ok();
}

Status ProvisionerFile::check(std::string_view name) {
    std::set<std::string> names;
    std::map<std::string, std::string> ids;  // Whose each is.
    for (const json::Value& entry : list()) {
        const std::string own = text_member(entry, "name"), id = id_of(entry);
        const auto [taken, fresh] = ids.emplace(id, own);
        if (!fresh && taken->second != own) {  // Two of Azure with one tenant.
            return conflict(fmt::format("id: {} is that of '{}'", id, taken->second));
        }
        if (!fresh) {
            return conflict("id");
        }
        if (!names.insert(own).second) {
            return conflict("name");
        }
    }
    const json::Value* claims = member_of(*member_of(config_, "authority"), "claims");
    STEP_ASSIGN(
        const issuance::ClaimsEntry general,
        issuance::parse_claims(claims != nullptr ? *claims : json::Value(), "authority.claims"));
    const json::Value* entry = find(name);
    STEP_ASSIGN(const provisioner::Provisioner made,
                provisioner::make(*entry, {.claims = issuance::inherit(general, {})}));
    return made.failure.empty()
               ? ok()
               : Status(Error{.code = Code::kInvalidArgument, .detail = made.failure});
}

std::string ProvisionerFile::text() const {
    return json::encode_indent(config_, "\t");
}

}  // namespace step::commands
