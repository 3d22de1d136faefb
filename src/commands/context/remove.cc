#include <fmt/format.h>

#include "commands/context/context.h"
#include "commands/flags.h"
#include "setup/contexts.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/context/remove.md.inc"
    ;

Status confirm(cli::Context& context, const std::string& name,
               const std::vector<std::string>& folders) {
    std::string list;
    for (const std::string& folder : folders) {
        list += fmt::format("  - {}\n", folder);
    }
    context.console.err(fmt::format("The following directories will be removed:\n\n{}\n", list));
    STEP_ASSIGN(const bool sure,
                context.console.ask_yes_no(fmt::format("Are you sure you want to delete the "
                                                       "configuration for context {} (this "
                                                       "cannot be undone!) [y/n]",
                                                       name)));
    return sure ? ok() : Status(Error{.code = Code::kConflict, .detail = "context not removed"});
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    const std::string name = context.args.positional(0);
    STEP_ASSIGN(setup::StepPath path, setup::load_steppath(context.environment));
    if (path.contexts.empty()) {
        return Error{
            .code = Code::kNotFound,
            .detail = fmt::format(
                "context '{}' not found - step path context management not enabled", name)};
    }
    const auto found = path.contexts.find(name);
    const bool removable =
        found != path.contexts.end() && !(path.current && path.current->name == name);
    if (removable && !context.args.flag("force")) {
        const auto folders = setup::folders_only_of(path, found->second);
        if (!folders.empty()) {
            STEP_TRY(confirm(context, name, folders));
        }
    }
    STEP_TRY(setup::remove_context(path, name));
    return 0;
}

}  // namespace

cli::Command context_remove() {
    return {.path = "context remove",
            .brief = "remove a context and its files",
            .usage = "<name> [--force]",
            .manual = kManual,
            .flags = join_flags({force_flag(), hidden_no_context()}),
            .run = run};
}

}  // namespace step::commands
