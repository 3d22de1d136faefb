#include <fmt/format.h>

#include "base/text.h"
#include "commands/ca/commands.h"
#include "commands/ca/provisioner_change.h"
#include "commands/ca/provisioner_templates.h"
#include "commands/ca/provisioner_type.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_update.md.inc"
    ;

using cli::FlagType;

/// More flags of other types that this command alone has.
constexpr ForeignFlag kForeignLists[] = {
    {"remove-admin", FlagType::kList, "a provisioner of type OIDC"},
    {"remove-domain", FlagType::kList, "a provisioner of type OIDC"},
    {"scope", FlagType::kList, "a provisioner of type OIDC"},
    {"remove-scope", FlagType::kList, "a provisioner of type OIDC"},
    {"auth-param", FlagType::kList, "a provisioner of type OIDC"}};

void set_key(json::Value& entry, const ProvisionerKey& key) {
    if (!key.key.is_null()) {
        set_member(entry, "key", key.key);
        // The old private key does not belong to the new public one.
        remove_member(entry, "encryptedKey");
    }
    if (key.encrypted.as_string() != nullptr) {
        key.encrypted.as_string()->empty() ? remove_member(entry, "encryptedKey")
                                           : set_member(entry, "encryptedKey", key.encrypted);
    }
}

/// Leaves the entry as it is then in `written`.
Status change(ProvisionerFile& file, cli::Context& context, const ProvisionerKey& key,
              const std::vector<TemplateChange>& templates, json::Value& written) {
    const cli::Args& args = context.args;
    std::string name = args.positional(0);
    json::Value* entry = file.find(name);
    if (entry == nullptr) {
        return Error{.code = Code::kNotFound,
                     .detail = fmt::format("provisioner '{}' not found", name)};
    }
    const std::string type = text_member(*entry, "type");
    const ProvisionerType* known = find_provisioner_type(type);
    if (known == nullptr && !equal_fold(type, "JWK")) {
        return Error{
            .code = Code::kUnsupported,
            .detail = fmt::format("provisioners of type '{}' are not supported yet", type)};
    }
    STEP_TRY(check_type_flags(args, type));
    if (known != nullptr) {
        STEP_TRY(known->write(context, *entry, /*fresh=*/false));
    } else {
        set_key(*entry, key);
    }
    set_templates(*entry, templates);
    set_claims(*entry, args, /*fresh=*/false);
    if (const std::string renamed = args.get("name"); !renamed.empty()) {
        set_member(*entry, "name", renamed);
        name = renamed;
    }
    written = *entry;
    return file.check(name);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_TRY(refuse_foreign_flags(args, foreign_provisioner_flags()));
    STEP_TRY(refuse_foreign_flags(args, kForeignLists));
    STEP_ASSIGN(const ProvisionerKey key, provisioner_key_flags(context));
    STEP_ASSIGN(const std::vector<TemplateChange> templates, provisioner_templates(context));
    json::Value written;
    STEP_TRY(change_provisioners(context, [&](ProvisionerFile& file) {
        return change(file, context, key, templates, written);
    }));
    warn_of(context, written, /*fresh=*/false);
    return 0;
}

}  // namespace

cli::Command ca_provisioner_update() {
    return {.path = "ca provisioner update",
            .brief = "change a provisioner",
            .usage = "<name> [--public-key=<file>]",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "name", .value = "name", .help = "new name", .no_environment = true}},
                 provisioner_entry_flags(),
                 provisioner_list_flags(),
                 foreign_flags(kForeignLists)}),
            .run = run};
}

}  // namespace step::commands
