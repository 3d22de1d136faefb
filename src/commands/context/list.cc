#include "commands/context/context.h"
#include "commands/flags.h"
#include "setup/contexts.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/context/list.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(const setup::StepPath path, setup::load_steppath(context.environment));
    for (const std::string& name : setup::context_names(path)) {
        const bool current = path.current && path.current->name == name;
        context.console.out((current ? "▶ " : "") + name + "\n");
    }
    return 0;
}

}  // namespace

cli::Command context_list() {
    return {.path = "context list",
            .brief = "list all contexts",
            .manual = kManual,
            .flags = hidden_no_context(),
            .run = run};
}

}  // namespace step::commands
