#include "commands/ca/provisioner_cloud.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "base/time.h"
#include "commands/ca/provisioner_file.h"
#include "commands/errors.h"
#include "commands/fetch.h"
#include "provisioner/token_issuers.h"
#include "x509/certificate.h"

namespace step::commands {
namespace {

constexpr std::string_view kAzureAudience = "https://management.azure.com/";
constexpr std::size_t kMaxAnswer = std::size_t{256} << 10U;
constexpr std::chrono::seconds kPatience{4};

/// A filter of VMs: an empty one lets in everybody.
struct Filter {
    std::string_view member;  ///< "accounts"
    std::string_view flag;    ///< "aws-account"; --remove-aws-account takes values out.
};

/// What --remove-… names goes out, then what the flag names comes behind, each once.
void change_filter(json::Value& entry, const cli::Args& args, const Filter& filter) {
    std::vector<std::string> list = texts_member(entry, filter.member);
    const std::string remove = fmt::format("remove-{}", filter.flag);
    if (args.declared(remove)) {
        const std::vector<std::string> out = args.list(remove);
        std::erase_if(list, [&](const std::string& value) {
            return std::ranges::find(out, value) != out.end();
        });
    }
    for (const std::string& value : args.list(filter.flag)) {
        if (!value.empty() && std::ranges::find(list, value) == list.end()) {
            list.push_back(value);
        }
    }
    json::Array written;
    for (std::string& value : list) {
        written.emplace_back(std::move(value));
    }
    set_member(entry, filter.member, std::move(written));
}

/// The same for a member that is left out when it is empty.
void change_optional_filter(json::Value& entry, const cli::Args& args, const Filter& filter) {
    change_filter(entry, args, filter);
    if (texts_member(entry, filter.member).empty()) {
        remove_member(entry, filter.member);
    }
}

/// A text that is left out when it is empty.
void change_text(json::Value& entry, const cli::Args& args, std::string_view member,
                 std::string_view flag) {
    if (!args.is_set(flag)) {
        return;
    }
    if (const std::string value = args.get(flag); !value.empty()) {
        set_member(entry, member, value);
    } else {
        remove_member(entry, member);
    }
}

/// A switch that is always written out.
void change_plain_switch(json::Value& entry, const cli::Args& args, std::string_view member,
                         std::string_view flag, bool normal = false) {
    if (args.is_set(flag)) {
        set_member(entry, member, args.flag(flag));
    } else if (member_of(entry, member) == nullptr) {
        set_member(entry, member, normal);
    }
}

void change_trust(json::Value& entry, const cli::Args& args) {
    change_plain_switch(entry, args, "disableCustomSANs", "disable-custom-sans");
    change_plain_switch(entry, args, "disableTrustOnFirstUse", "disable-trust-on-first-use");
}

Status change_instance_age(json::Value& entry, const cli::Args& args) {
    Duration age{};
    if (args.is_set("instance-age")) {
        STEP_ASSIGN(age, parse_duration(args.get("instance-age")));
        if (age < Duration{}) {
            return invalid("flag '--instance-age' must be greater than or equal to 0s");
        }
    }
    if (args.is_set("instance-age") || member_of(entry, "instanceAge") == nullptr) {
        set_member(entry, "instanceAge", format_duration(age));
    }
    return ok();
}

Status refuse_ssh_switches(const cli::Args& args, std::string_view cloud) {
    for (const char* flag : {"disable-ssh-ca-user", "disable-ssh-ca-host"}) {
        if (args.is_set(flag)) {
            return invalid(
                fmt::format("flag {} is not supported for {} IID provisioners", flag, cloud));
        }
    }
    return ok();
}

/// An entry whose filters let in every customer of the cloud deserves a word.
void warn_if_open(cli::Context& context, const json::Value& entry,
                  std::initializer_list<std::string_view> filters, std::string_view flags) {
    const bool closed = std::ranges::any_of(filters, [&](std::string_view member) {
        const json::Value* found = entry.find(member);
        return found != nullptr &&
               (found->as_string() != nullptr || !texts_member(entry, member).empty());
    });
    if (!closed) {
        context.console.err(
            fmt::format("warning: without {} the VMs of every customer of {} may "
                        "have certificates\n",
                        flags, to_upper(text_member(entry, "type"))));
    }
}

/// Asks for what the CA will need. That it is out of reach of this machine, or now, says little
/// of the CA, so it is a warning.
void warn_if_unreachable(cli::Context& context, const std::string& url) {
    Fetcher fetcher(context, "");
    const auto answer = fetcher.send({.url = url, .max_body = kMaxAnswer, .timeout = kPatience});
    std::string why;
    if (!answer) {
        why = answer.error().detail;
    } else if (answer->status != 200) {
        why = fmt::format("{} answered with status {}", url, answer->status);
    }
    if (!why.empty()) {
        context.console.err(
            fmt::format("warning: the keys that verify tokens could not be asked for: {}; the "
                        "provisioner is saved, and the CA will ask for them\n",
                        printable(why)));
    }
}

/// The certificates that AWS signs with, as an absolute path: the CA runs in another folder.
Status change_roots(json::Value& entry, const cli::Args& args) {
    const std::string file = args.get("iid-roots");
    if (!args.is_set("iid-roots") || file.empty()) {
        change_text(entry, args, "iidRoots", "iid-roots");
        return ok();
    }
    STEP_ASSIGN(const Bytes text, read_file(file));
    if (const auto certificates = x509::parse_certificates_pem(text); !certificates) {
        return explain(certificates.error(), fmt::format("error reading {}: ", file));
    }
    std::error_code failed;
    const std::filesystem::path path = std::filesystem::absolute(file, failed);
    set_member(entry, "iidRoots", failed ? file : path.lexically_normal().string());
    return ok();
}

}  // namespace

Status write_aws(cli::Context& context, json::Value& entry, bool fresh) {
    const cli::Args& args = context.args;
    STEP_TRY(refuse_ssh_switches(args, "AWS"));
    change_filter(entry, args, {.member = "accounts", .flag = "aws-account"});
    change_trust(entry, args);
    if (fresh) {
        set_member(entry, "imdsVersions", json::Array{"v2", "v1"});
    }
    STEP_TRY(change_instance_age(entry, args));
    return change_roots(entry, args);
}

Status write_gcp(cli::Context& context, json::Value& entry, bool fresh) {
    const cli::Args& args = context.args;
    if (fresh && !args.get("gcp-organization").empty() && !args.list("gcp-project").empty()) {
        return incompatible("gcp-organization", "gcp-project");
    }
    change_optional_filter(entry, args,
                           {.member = "serviceAccounts", .flag = "gcp-service-account"});
    change_optional_filter(entry, args, {.member = "projectIDs", .flag = "gcp-project"});
    change_text(entry, args, "organizationID", "gcp-organization");
    if (!text_member(entry, "organizationID").empty() &&
        !texts_member(entry, "projectIDs").empty()) {
        return incompatible("gcp-organization", "gcp-project");
    }
    change_trust(entry, args);
    change_plain_switch(entry, args, "disableSSHCAUser", "disable-ssh-ca-user", /*normal=*/true);
    change_plain_switch(entry, args, "disableSSHCAHost", "disable-ssh-ca-host");
    return change_instance_age(entry, args);
}

Status write_azure(cli::Context& context, json::Value& entry, bool fresh) {
    const cli::Args& args = context.args;
    STEP_TRY(refuse_ssh_switches(args, "Azure"));
    const std::string tenant = args.get("azure-tenant");
    if (tenant.empty() && (fresh || args.is_set("azure-tenant"))) {
        return fresh ? value_requires("type", args.get("type"), "azure-tenant")
                     : invalid_flag("azure-tenant", tenant);
    }
    if (!tenant.empty()) {
        set_member(entry, "tenantID", tenant);
    }
    change_filter(entry, args, {.member = "resourceGroups", .flag = "azure-resource-group"});
    change_filter(entry, args, {.member = "subscriptionIDs", .flag = "azure-subscription-id"});
    change_filter(entry, args, {.member = "objectIDs", .flag = "azure-object-id"});
    change_text(entry, args, "audience", "azure-audience");
    if (member_of(entry, "audience") == nullptr) {
        set_member(entry, "audience", kAzureAudience);
    }
    change_trust(entry, args);
    return ok();
}

void warn_of_aws(cli::Context& context, const json::Value& entry, bool /*fresh*/) {
    warn_if_open(context, entry, {"accounts"}, "--aws-account");
}

void warn_of_gcp(cli::Context& context, const json::Value& entry, bool fresh) {
    warn_if_open(context, entry, {"serviceAccounts", "projectIDs", "organizationID"},
                 "--gcp-project, --gcp-organization and --gcp-service-account");
    if (fresh) {
        warn_if_unreachable(context, provisioner::kGoogleKeysUrl);
    }
}

void warn_of_azure(cli::Context& context, const json::Value& entry, bool fresh) {
    const cli::Args& args = context.args;
    if (fresh || args.is_set("azure-tenant") || args.is_set("azure-audience")) {
        warn_if_unreachable(context,
                            provisioner::azure_discovery_url(text_member(entry, "tenantID"),
                                                             text_member(entry, "audience")));
    }
}

}  // namespace step::commands
