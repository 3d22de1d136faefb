#include "commands/ca/provisioner_change.h"

#include <fmt/format.h>

#include "base/time.h"
#include "commands/ca/ca_access.h"
#include "commands/ca/config_files.h"
#include "commands/ca/connect.h"
#include "commands/ca/provisioner_templates.h"
#include "commands/ca/provisioner_type.h"
#include "commands/errors.h"
#include "http/client.h"

namespace step::commands {
namespace {

using cli::FlagType;

struct DurationFlag {
    std::string_view flag, claim;
};
constexpr DurationFlag kDurations[] = {{"x509-min-dur", "minTLSCertDuration"},
                                       {"x509-max-dur", "maxTLSCertDuration"},
                                       {"x509-default-dur", "defaultTLSCertDuration"},
                                       {"ssh-user-min-dur", "minUserSSHCertDuration"},
                                       {"ssh-user-max-dur", "maxUserSSHCertDuration"},
                                       {"ssh-user-default-dur", "defaultUserSSHCertDuration"},
                                       {"ssh-host-min-dur", "minHostSSHCertDuration"},
                                       {"ssh-host-max-dur", "maxHostSSHCertDuration"},
                                       {"ssh-host-default-dur", "defaultHostSSHCertDuration"}};

struct SwitchFlag {
    std::string_view flag, claim;
    bool normal;
};
constexpr SwitchFlag kSwitches[] = {
    {"ssh", "enableSSHCA", true},
    {"disable-renewal", "disableRenewal", false},
    {"allow-renewal-after-expiry", "allowRenewalAfterExpiry", false},
    {"disable-smallstep-extensions", "disableSmallstepExtensions", false}};

constexpr auto kSwitch = FlagType::kBool;
constexpr auto kText = FlagType::kString;
constexpr auto kMany = FlagType::kList;
constexpr auto kWhole = FlagType::kInt;
constexpr ForeignFlag kForeign[] = {
    {"client-id", kText, "a provisioner of type OIDC"},
    {"client-secret", kText, "a provisioner of type OIDC"},
    {"listen-address", kText, "a provisioner of type OIDC"},
    {"configuration-endpoint", kText, "a provisioner of type OIDC"},
    {"admin", kMany, "a provisioner of type OIDC"},
    {"domain", kMany, "a provisioner of type OIDC"},
    {"group", kMany, "a provisioner of type OIDC"},
    {"tenant-id", kText, "a provisioner of type OIDC"},
    {"x5c-roots/x5c-root", kText, "a provisioner of type X5C"},
    {"nebula-root", kText, "a provisioner of type Nebula"},
    {"capabilities", kMany, "a provisioner of type SCEP"},
    {"include-root", kSwitch, "a provisioner of type SCEP"},
    {"exclude-intermediate", kSwitch, "a provisioner of type SCEP"},
    {"min-public-key-length", kWhole, "a provisioner of type SCEP"},
    {"encryption-algorithm-identifier", kWhole, "a provisioner of type SCEP"},
    {"scep-decrypter-certificate-file", kText, "a provisioner of type SCEP"},
    {"scep-decrypter-key-file", kText, "a provisioner of type SCEP"},
    {"scep-decrypter-key-uri", kText, "a provisioner of type SCEP"},
    {"scep-decrypter-key-password-file", kText, "a provisioner of type SCEP"}};

Flags claim_flags() {
    Flags flags;
    for (const DurationFlag& row : kDurations) {
        flags.push_back({.name = row.flag,
                         .type = FlagType::kDuration,
                         .value = "duration",
                         .help = "lifetime of certificates"});
    }
    for (const SwitchFlag& row : kSwitches) {
        flags.push_back({.name = row.flag, .type = FlagType::kBool, .help = "claim"});
    }
    return flags;
}

}  // namespace

Flags provisioner_admin_flags() {
    return join_flags(
        {{{.name = "admin-cert", .value = "file", .help = "certificate of an administrator"},
          {.name = "admin-key", .value = "file", .help = "its key"},
          {.name = "admin-subject/admin-name", .value = "name", .help = "administrator's name"},
          {.name = "admin-provisioner/admin-issuer",
           .value = "name",
           .help = "provisioner of administrators"},
          {.name = "admin-password-file", .value = "file", .help = "password of that provisioner"},
          {.name = "ca-config", .value = "file", .help = "configuration to change"}},
         connection_flags()});
}

Flags provisioner_entry_flags() {
    return join_flags({provisioner_type_flags(), password_file_flag(), provisioner_template_flags(),
                       claim_flags(), provisioner_admin_flags(), foreign_flags(kForeign)});
}

std::span<const ForeignFlag> foreign_provisioner_flags() {
    return kForeign;
}

void set_claims(json::Value& entry, const cli::Args& args, bool fresh) {
    json::Value* const present = member_of(entry, "claims");
    json::Value claims = present != nullptr ? *present : json::Value();
    for (const DurationFlag& row : kDurations) {
        if (args.is_set(row.flag)) {
            const auto duration = parse_duration(args.get(row.flag));
            set_member(claims, row.claim, format_duration(duration ? *duration : Duration{}));
        }
    }
    for (const SwitchFlag& row : kSwitches) {
        if (fresh || args.is_set(row.flag)) {
            set_member(claims, row.claim, args.is_set(row.flag) ? args.flag(row.flag) : row.normal);
        }
    }
    if (!claims.is_null()) {
        set_member(entry, "claims", std::move(claims));
    }
}

void say_updated(cli::Context& context) {
    context.console.err(
        "\nSuccess! Your `step-ca` config has been updated. To pick up the new configuration "
        "SIGHUP (kill -1 <pid>) or restart the step-ca process.\n");
}

Status change_provisioners(cli::Context& context,
                           const std::function<Status(ProvisionerFile&)>& change) {
    STEP_ASSIGN(client::CaClient ca, connect(context));
    const auto remote = ca.remote_management();
    if (!remote && !remote.error().has_reason(http::kNoConnection)) {
        return explain(remote.error());
    }
    if (remote && *remote) {
        return Error{.code = Code::kUnsupported,
                     .detail = fmt::format("the CA at {} has remote management, which is not "
                                           "supported yet; nothing was changed",
                                           ca.url())};
    }
    STEP_ASSIGN(const std::string file, ca_config_file(context));
    STEP_ASSIGN(ConfigFiles files, ConfigFiles::open(file));
    STEP_TRY(change(files.config));
    STEP_TRY(files.save());
    context.console.selected("CA Configuration", file);
    say_updated(context);
    return ok();
}

}  // namespace step::commands
