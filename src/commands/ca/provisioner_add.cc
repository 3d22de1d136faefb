#include <fmt/format.h>

#include "base/text.h"
#include "commands/ca/commands.h"
#include "commands/ca/provisioner_change.h"
#include "commands/ca/provisioner_templates.h"
#include "commands/ca/provisioner_type.h"
#include "commands/errors.h"
#include "provisioner/provisioner.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_add.md.inc"
    ;

Status check_type(const cli::Args& args) {
    const std::string type = args.get("type");
    if (!provisioner::is_original_type(type)) {
        return invalid_flag("type", type,
                            "options are JWK, ACME, OIDC, SSHPOP, K8SSA, NEBULA, SCEP, AWS, GCP, "
                            "AZURE");
    }
    return ok();
}

Status check_supported(const cli::Args& args) {
    const std::string type = args.get("type");
    if (!provisioner::is_supported_type(type)) {
        return Error{.code = Code::kUnsupported,
                     .detail = fmt::format("provisioners of type '{}' are not supported yet",
                                           to_upper(type))};
    }
    STEP_TRY(refuse_foreign_flags(args, foreign_provisioner_flags()));
    return check_type_flags(args, type);
}

/// What only JWK provisioners have.
Status write_jwk(cli::Context& context, json::Value& entry) {
    if (!context.args.flag("create") && context.args.get("public-key").empty()) {
        return value_requires("create", "false", "public-key");
    }
    STEP_ASSIGN(ProvisionerKey key, provisioner_key_flags(context));
    entry.set("key", std::move(key.key));
    if (key.encrypted.as_string() != nullptr && !key.encrypted.as_string()->empty()) {
        entry.set("encryptedKey", std::move(key.encrypted));
    }
    return ok();
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_TRY(check_type(args));
    STEP_ASSIGN(const std::vector<TemplateChange> templates, provisioner_templates(context));
    STEP_TRY(check_supported(args));
    const ProvisionerType* type = find_provisioner_type(args.get("type"));
    json::Value entry =
        json::Object{{"type", type != nullptr ? type->name : "JWK"}, {"name", args.positional(0)}};
    STEP_TRY(type != nullptr ? type->write(context, entry, /*fresh=*/true)
                             : write_jwk(context, entry));
    set_claims(entry, args, /*fresh=*/true);
    entry.set("options", json::Object{{"x509", json::Object{}}, {"ssh", json::Object{}}});
    set_templates(entry, templates);
    STEP_TRY(change_provisioners(context, [&](ProvisionerFile& file) { return file.add(entry); }));
    warn_of(context, entry, /*fresh=*/true);
    return 0;
}

}  // namespace

cli::Command ca_provisioner_add() {
    return {
        .path = "ca provisioner add",
        .brief = "add a provisioner",
        .usage = "<name> --type=JWK [--public-key=<file>]",
        .manual = kManual,
        .flags = join_flags({{{.name = "type", .value = "type", .help = "type", .fallback = "JWK"}},
                             provisioner_entry_flags()}),
        .run = run};
}

}  // namespace step::commands
