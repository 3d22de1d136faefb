#include "commands/ca/init_flags.h"

#include <algorithm>

#include "base/text.h"
#include "cli/args.h"
#include "commands/ca/new_context.h"
#include "commands/errors.h"
#include "commands/foreign_flags.h"

namespace step::commands {
namespace {

using cli::FlagType;

/// Refused by name wherever they come from: a CA must not lack what was asked for.
constexpr const char *kSsh = "an SSH certificate authority", *kKms = "a key management service",
                     *kRa = "a registration authority mode", *kRemote = "remote management";
constexpr ForeignFlag kForeign[] = {{"ssh", FlagType::kBool, kSsh},
                                    {"remote-management", FlagType::kBool, kRemote},
                                    {"admin-subject/admin-name", FlagType::kString, kRemote},
                                    {"ra", FlagType::kString, kRa},
                                    {"issuer", FlagType::kString, kRa},
                                    {"issuer-fingerprint", FlagType::kString, kRa},
                                    {"issuer-provisioner", FlagType::kString, kRa},
                                    {"credentials-file", FlagType::kString, kRa},
                                    {"kms", FlagType::kString, kKms},
                                    {"kms-root", FlagType::kString, kKms},
                                    {"kms-intermediate", FlagType::kString, kKms},
                                    {"kms-ssh-host", FlagType::kString, kKms},
                                    {"kms-ssh-user", FlagType::kString, kKms}};

constexpr std::array kSwitches = {"pki", "ssh", "helm", "acme", "no-db", "remote-management"};

/// A switch that is on, or any other flag with a value.
bool given(const cli::Args& args, std::string_view flag) {
    return std::ranges::find(kSwitches, flag) != kSwitches.end() ? args.flag(flag)
                                                                 : !args.get(flag).empty();
}

Status check_conflicts(const cli::Args& args) {
    const std::string ra = to_lower(args.get("ra")), kms = to_lower(args.get("kms"));
    if (!given(args, "key") && given(args, "root")) {
        return needs_flag("root", "key");
    }
    if (!given(args, "root") && given(args, "key")) {
        return needs_flag("key", "root");
    }
    if (!ra.empty() && ra != "stepcas" && ra != "cloudcas") {
        return invalid_flag("ra", args.get("ra"), "options are StepCAS or CloudCAS");
    }
    if (!kms.empty() && kms != "azurekms") {
        return invalid_flag("kms", args.get("kms"), "options are azurekms");
    }
    constexpr struct {
        const char *flag, *other;
    } kTogether[] = {{"kms", "ra"},     {"pki", "no-db"},
                     {"pki", "helm"},   {"remote-management", "no-db"},
                     {"acme", "no-db"}, {"admin-subject", "helm"}};
    for (const auto& [flag, other] : kTogether) {
        if (given(args, flag) && given(args, other)) {
            return incompatible(flag, other);
        }
    }
    if (given(args, "admin-subject") && !given(args, "remote-management")) {
        return invalid(
            "flag '--admin-subject' is only supported when '--remote-management' is enabled");
    }
    return ok();
}

}  // namespace

Flags init_flags() {
    return join_flags(
        {{{.name = "root",
           .value = "file",
           .help = "certificate of an existing root, or a chain that ends in one",
           .no_environment = true},
          {.name = "key",
           .value = "file",
           .help = "private key of the first certificate of --root",
           .no_environment = true},
          {.name = "key-password-file", .value = "file", .help = "password of --key"},
          {.name = "pki", .type = FlagType::kBool, .help = "make certificates and keys only"},
          {.name = "helm", .type = FlagType::kBool, .help = "print values for the Helm chart"},
          {.name = "deployment-type", .value = "type", .help = "standalone, linked or hosted"},
          {.name = "name", .value = "name", .help = "name of the PKI"},
          {.name = "dns",
           .type = FlagType::kList,
           .value = "name",
           .help = "name or address of the CA"},
          {.name = "address", .value = "address", .help = "where the CA listens"},
          {.name = "provisioner", .value = "name", .help = "name of the first provisioner"}},
         password_file_flag(),
         {{.name = "provisioner-password-file",
           .value = "file",
           .help = "password of the provisioner key"},
          {.name = "acme", .type = FlagType::kBool, .help = "add a provisioner of type ACME"},
          {.name = "with-ca-url", .value = "URI", .help = "address to tell clients"},
          {.name = "no-db", .type = FlagType::kBool, .help = "make a CA without a database"}},
         new_context_flags(),
         hidden_no_context(),
         foreign_flags(kForeign)});
}

Status check_init_flags(const cli::Args& args) {
    STEP_TRY(check_conflicts(args));
    const std::string type = to_lower(args.get("deployment-type"));
    if (!type.empty() && type != "standalone" && type != "linked" && type != "hosted") {
        return invalid_flag("deployment-type", args.get("deployment-type"),
                            "options are standalone, linked or hosted");
    }
    if (type == "linked" && args.flag("acme")) {
        return invalid(
            "adding a default ACME provisioner by providing the --acme flag is not supported with "
            "deployment type \"linked\".\nAdd it where the provisioners of the linked authority "
            "are managed.");
    }
    if (given(args, "key-password-file") && !given(args, "key")) {
        return needs_flag("key-password-file", "key");
    }
    for (const ForeignFlag& row : kForeign) {
        if (given(args, cli::names_of({.name = row.name}).front())) {
            return foreign_flag_error(row);
        }
    }
    if (args.flag("helm")) {
        for (const char* flag : {"context", "profile", "authority"}) {
            if (given(args, flag)) {
                return incompatible("helm", flag);
            }
        }
    }
    return ok();
}

}  // namespace step::commands
