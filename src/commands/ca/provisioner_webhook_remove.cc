#include "commands/ca/commands.h"
#include "commands/ca/provisioner_change.h"
#include "commands/ca/webhook_change.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_webhook_remove.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(2));
    const auto remove = [&](const WebhookChange& all) -> Status {
        if (const json::Value* entry = all.find(context.args.positional(1))) {
            all.webhooks.erase(all.webhooks.begin() + (entry - all.webhooks.data()));
        }
        return ok();
    };
    STEP_TRY(change_webhooks(context, context.args.positional(0), remove));
    return 0;
}

}  // namespace

cli::Command ca_provisioner_webhook_remove() {
    return {.path = "ca provisioner webhook remove",
            .brief = "remove a webhook from a provisioner",
            .usage = "<provisioner_name> <webhook_name>",
            .manual = kManual,
            .flags = provisioner_admin_flags(),
            .run = run};
}

}  // namespace step::commands
