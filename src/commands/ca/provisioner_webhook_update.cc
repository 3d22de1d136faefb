#include <fmt/format.h>

#include "commands/ca/commands.h"
#include "commands/ca/provisioner_change.h"
#include "commands/ca/webhook_change.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_webhook_update.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    const std::string name = args.positional(1);
    const auto update = [&](const WebhookChange& all) -> Status {
        json::Value* const entry = all.find(name);
        if (entry == nullptr) {
            return Error{.code = Code::kNotFound,
                         .detail = fmt::format(
                             R"(provisioner "{}" does not have a webhook with the name "{}")",
                             all.provisioner, name)};
        }
        STEP_TRY(set_webhook_members(*entry, args));
        STEP_ASSIGN(const webhook::CredentialsFile::Login login, webhook_login(args));
        all.credentials.set_login(text_member(*entry, "id"), login);
        return ok();
    };
    STEP_TRY(change_webhooks(context, args.positional(0), update));
    return 0;
}

}  // namespace

cli::Command ca_provisioner_webhook_update() {
    return {.path = "ca provisioner webhook update",
            .brief = "change a webhook of a provisioner",
            .usage = "<provisioner_name> <webhook_name>",
            .manual = kManual,
            .flags = join_flags({webhook_flags(), provisioner_admin_flags()}),
            .run = run};
}

}  // namespace step::commands
