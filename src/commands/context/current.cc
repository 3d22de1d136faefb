#include "commands/context/context.h"
#include "commands/flags.h"
#include "json/write.h"
#include "setup/steppath.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/context/current.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(const setup::StepPath path, setup::load_steppath(context.environment));
    if (!path.current) {
        return Error{.code = Code::kNotFound, .detail = "no context selected"};
    }
    std::string text = path.current->name;
    if (context.args.flag("json")) {
        text = json::encode(json::Object{{"name", path.current->name},
                                         {"authority", path.current->authority},
                                         {"profile", path.current->profile}});
    }
    context.console.out(text + "\n");
    return 0;
}

}  // namespace

cli::Command context_current() {
    return {.path = "context current",
            .brief = "print the context in use",
            .usage = "[--json]",
            .manual = kManual,
            .flags = join_flags({{{.name = "json",
                                   .type = cli::FlagType::kBool,
                                   .help = "print name, authority and profile as JSON"}},
                                 hidden_no_context()}),
            .run = run};
}

}  // namespace step::commands
