#include "commands/context/context.h"
#include "commands/flags.h"
#include "setup/contexts.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/context/select.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(setup::StepPath path, setup::load_steppath(context.environment));
    const std::string name = context.args.positional(0);
    STEP_TRY(setup::save_current(path, name));
    context.console.selected("Context", name);
    return 0;
}

}  // namespace

cli::Command context_select() {
    return {.path = "context select",
            .brief = "choose the context for commands to come",
            .manual = kManual,
            .flags = hidden_no_context(),
            .run = run};
}

}  // namespace step::commands
