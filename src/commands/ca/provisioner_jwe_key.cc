#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_jwe_key.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(client::CaClient ca, connect(context));
    STEP_ASSIGN(const std::string key, explained(ca.encrypted_key(context.args.positional(0))));
    context.console.out(key + "\n");
    return 0;
}

}  // namespace

cli::Command ca_provisioner_jwe_key() {
    return {.path = "ca provisioner jwe-key",
            .brief = "print the encrypted private key of a provisioner",
            .usage = "<kid>",
            .manual = kManual,
            .flags = connection_flags(),
            .run = run};
}

}  // namespace step::commands
