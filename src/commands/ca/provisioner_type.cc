#include "commands/ca/provisioner_type.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "commands/ca/provisioner_cloud.h"
#include "commands/ca/provisioner_file.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

using cli::FlagType;

struct TypeFlag {
    cli::Flag flag;
    std::string_view types;  ///< Those that have it, with blanks between.
};

constexpr TypeFlag kShared[] = {
    {{.name = "create", .type = FlagType::kBool, .help = "make a key pair"}, "JWK"},
    {{.name = "public-key", .value = "file", .help = "public key to verify with"}, "JWK"},
    {{.name = "private-key", .value = "file", .help = "private key to keep"}, "JWK"},
    {{.name = "force-cn", .type = FlagType::kBool, .help = "give every certificate a common name"},
     "ACME"},
    {{.name = "require-eab",
      .type = FlagType::kBool,
      .help = "new accounts need a key from the CA"},
     "ACME"},
    {{.name = "challenge",
      .type = FlagType::kList,
      .value = "challenge",
      .help = "challenge to offer"},
     "ACME"},
    {{.name = "attestation-format",
      .type = FlagType::kList,
      .value = "format",
      .help = "format of attestation statements to accept"},
     "ACME"},
    {{.name = "attestation-roots",
      .type = FlagType::kList,
      .value = "file",
      .help = "roots of attestation certificates"},
     "ACME"},
    {{.name = "aws-account",
      .type = FlagType::kList,
      .value = "id",
      .help = "account whose VMs may come"},
     "AWS"},
    {{.name = "iid-roots", .value = "file", .help = "certificates that documents are signed with"},
     "AWS"},
    {{.name = "azure-tenant", .value = "id", .help = "tenant whose VMs may come"}, "Azure"},
    {{.name = "azure-resource-group",
      .type = FlagType::kList,
      .value = "name",
      .help = "resource group whose VMs may come"},
     "Azure"},
    {{.name = "azure-audience", .value = "name", .help = "what the tokens are for"}, "Azure"},
    {{.name = "azure-subscription-id",
      .type = FlagType::kList,
      .value = "id",
      .help = "subscription whose VMs may come"},
     "Azure"},
    {{.name = "azure-object-id",
      .type = FlagType::kList,
      .value = "id",
      .help = "identity that may come"},
     "Azure"},
    {{.name = "gcp-service-account",
      .type = FlagType::kList,
      .value = "account",
      .help = "service account that may come"},
     "GCP"},
    {{.name = "gcp-project",
      .type = FlagType::kList,
      .value = "id",
      .help = "project whose VMs may come"},
     "GCP"},
    {{.name = "gcp-organization", .value = "id", .help = "organization whose VMs may come"}, "GCP"},
    {{.name = "instance-age",
      .type = FlagType::kDuration,
      .value = "duration",
      .help = "how old a VM may be"},
     "AWS GCP"},
    {{.name = "disable-custom-sans",
      .type = FlagType::kBool,
      .help = "allow only the names the cloud gave"},
     "AWS GCP Azure"},
    {{.name = "disable-trust-on-first-use/disable-tofu",
      .type = FlagType::kBool,
      .help = "more than one certificate for a VM"},
     "AWS GCP Azure"},
    {{.name = "disable-ssh-ca-user",
      .type = FlagType::kBool,
      .help = "no SSH certificates for users"},
     "AWS GCP Azure"},
    {{.name = "disable-ssh-ca-host",
      .type = FlagType::kBool,
      .help = "no SSH certificates for hosts"},
     "AWS GCP Azure"}};

constexpr TypeFlag kUpdateOnly[] = {{{.name = "remove-challenge",
                                      .type = FlagType::kList,
                                      .value = "challenge",
                                      .help = "challenge not to offer"},
                                     "ACME"},
                                    {{.name = "remove-attestation-format",
                                      .type = FlagType::kList,
                                      .value = "format",
                                      .help = "format not to accept"},
                                     "ACME"},
                                    {{.name = "remove-aws-account",
                                      .type = FlagType::kList,
                                      .value = "id",
                                      .help = "account to take out"},
                                     "AWS"},
                                    {{.name = "remove-azure-resource-group",
                                      .type = FlagType::kList,
                                      .value = "name",
                                      .help = "resource group to take out"},
                                     "Azure"},
                                    {{.name = "remove-azure-subscription-id",
                                      .type = FlagType::kList,
                                      .value = "id",
                                      .help = "subscription to take out"},
                                     "Azure"},
                                    {{.name = "remove-azure-object-id",
                                      .type = FlagType::kList,
                                      .value = "id",
                                      .help = "identity to take out"},
                                     "Azure"},
                                    {{.name = "remove-gcp-service-account",
                                      .type = FlagType::kList,
                                      .value = "account",
                                      .help = "service account to take out"},
                                     "GCP"},
                                    {{.name = "remove-gcp-project",
                                      .type = FlagType::kList,
                                      .value = "id",
                                      .help = "project to take out"},
                                     "GCP"}};

Flags flags_of(std::span<const TypeFlag> rows) {
    Flags flags;
    for (const TypeFlag& row : rows) {
        flags.push_back(row.flag);
    }
    return flags;
}

// As the original spells them in ca.json.
constexpr ProvisionerType kTypes[] = {{"ACME", write_acme},
                                      {"AWS", write_aws, warn_of_aws},
                                      {"GCP", write_gcp, warn_of_gcp},
                                      {"AZURE", write_azure, warn_of_azure}};

Status check_rows(std::span<const TypeFlag> rows, const cli::Args& args, std::string_view type) {
    for (const TypeFlag& row : rows) {
        const std::string_view name = row.flag.name.substr(0, row.flag.name.find('/'));
        const std::vector<std::string> types = split(row.types, ' ');
        const bool fits = std::ranges::any_of(
            types, [&](const std::string& one) { return equal_fold(one, type); });
        if (!fits && args.declared(name) && args.source(name) == cli::Source::kCommandLine) {
            return invalid(
                fmt::format("flag '--{}' is for provisioners of type {}", name, join(types, ", ")));
        }
    }
    return ok();
}

}  // namespace

const ProvisionerType* find_provisioner_type(std::string_view name) {
    const auto* const found = std::ranges::find_if(
        kTypes, [&](const ProvisionerType& type) { return equal_fold(type.name, name); });
    return found != std::end(kTypes) ? found : nullptr;
}

void warn_of(cli::Context& context, const json::Value& entry, bool fresh) {
    const ProvisionerType* type = find_provisioner_type(text_member(entry, "type"));
    if (type != nullptr && type->warn != nullptr) {
        type->warn(context, entry, fresh);
    }
}

Flags provisioner_type_flags() {
    return flags_of(kShared);
}

Flags provisioner_list_flags() {
    return flags_of(kUpdateOnly);
}

Status check_type_flags(const cli::Args& args, std::string_view type) {
    STEP_TRY(check_rows(kShared, args, type));
    return check_rows(kUpdateOnly, args, type);
}

Status change_list(json::Value& entry, const cli::Args& args, const ListChange& change) {
    const std::string remove = "remove-" + std::string(change.flag);
    const auto values = [&](const std::string& flag) -> Result<std::vector<std::string>> {
        std::vector<std::string> out;
        if (!args.declared(flag)) {
            return out;
        }
        for (const std::string& typed : args.list(flag)) {
            const std::string value = to_lower(typed);
            if (std::ranges::find(change.all, value) == change.all.end() &&
                std::ranges::find(change.more, value) == change.more.end()) {
                return invalid_flag(flag, typed, fmt::format("options are {}", change.options));
            }
            out.push_back(value);
        }
        return out;
    };
    STEP_ASSIGN(const std::vector<std::string> added, values(std::string(change.flag)));
    STEP_ASSIGN(const std::vector<std::string> removed, values(remove));
    if (added.empty() && removed.empty()) {
        return ok();
    }
    std::vector<std::string> list;
    const json::Value* present = member_of(entry, change.member);
    if (present != nullptr && present->as_array() != nullptr && !present->as_array()->empty()) {
        for (const json::Value& item : *present->as_array()) {
            list.push_back(item.as_string() != nullptr ? to_lower(*item.as_string()) : "");
        }
    } else if (!removed.empty()) {
        list.assign(change.all.begin(), change.all.end());
    }
    std::erase_if(list, [&](const std::string& value) {
        return std::ranges::find(removed, value) != removed.end();
    });
    list.insert(list.end(), added.begin(), added.end());
    json::Array written;
    for (const std::string& value : list) {
        if (std::ranges::find(written, json::Value(value)) == written.end()) {
            written.emplace_back(value);
        }
    }
    if (written.empty()) {
        return invalid(fmt::format("flag '--{}' leaves no {}, which would mean all: {}", remove,
                                   change.flag, fmt::join(change.all, ", ")));
    }
    set_member(entry, change.member, std::move(written));
    return ok();
}

void change_switch(json::Value& entry, const cli::Args& args, std::string_view member,
                   std::string_view flag) {
    if (!args.is_set(flag)) {
        return;
    }
    args.flag(flag) ? set_member(entry, member, true) : remove_member(entry, member);
}

}  // namespace step::commands
