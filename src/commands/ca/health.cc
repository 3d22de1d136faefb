#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/health.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(client::CaClient ca, connect(context));
    STEP_ASSIGN(const std::string status, explained(ca.health()));
    context.console.out(status + "\n");
    return 0;
}

}  // namespace

cli::Command ca_health() {
    return {.path = "ca health",
            .brief = "ask a CA whether it is well",
            .manual = kManual,
            .flags = connection_flags(),
            .run = run};
}

}  // namespace step::commands
