#include <fmt/format.h>

#include "base/base64.h"
#include "base/runtime.h"
#include "commands/ca/commands.h"
#include "commands/ca/provisioner_change.h"
#include "commands/ca/webhook_change.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_webhook_add.md.inc"
    ;

constexpr std::size_t kSecretOctets = 64;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    const std::string name = args.positional(1);
    const std::string id = make_uuid(context.random);
    const std::string secret = encode_base64(context.random.bytes(kSecretOctets));
    const auto add = [&](const WebhookChange& all) -> Status {
        if (all.find(name) != nullptr) {
            return Error{.code = Code::kConflict,
                         .detail = fmt::format(
                             R"(provisioner "{}" already has a webhook with the name "{}")",
                             all.provisioner, name)};
        }
        json::Value entry = json::Object{
            {"id", id}, {"name", name}, {"url", ""}, {"kind", "ENRICHING"}, {"certType", "ALL"}};
        STEP_TRY(set_webhook_members(entry, args));
        STEP_ASSIGN(const webhook::CredentialsFile::Login login, webhook_login(args));
        all.webhooks.push_back(std::move(entry));
        all.credentials.set_secret(id, secret);
        all.credentials.set_login(id, login);
        return ok();
    };
    STEP_TRY(change_webhooks(context, args.positional(0), add));
    context.console.out(fmt::format("Webhook ID: {}\nSecret: {}\n", id, secret));
    return 0;
}

}  // namespace

cli::Command ca_provisioner_webhook_add() {
    return {.path = "ca provisioner webhook add",
            .brief = "add a webhook to a provisioner",
            .usage = "<provisioner_name> <webhook_name>",
            .manual = kManual,
            .flags = join_flags({webhook_flags(), provisioner_admin_flags()}),
            .run = run};
}

}  // namespace step::commands
