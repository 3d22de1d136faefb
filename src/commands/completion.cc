#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/complete.h"
#include "commands/commands.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/table.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/completion.md.inc"
    ;
constexpr std::string_view kBash =
#include "commands/completion.bash.inc"
    ;
constexpr std::string_view kZsh =
#include "commands/completion.zsh.inc"
    ;
constexpr std::string_view kFish =
#include "commands/completion.fish.inc"
    ;

/// One candidate per line, what it is after a tab; or ":files" for the shell to look for one.
std::string candidates(std::span<const std::string> words) {
    const cli::Candidates found =
        cli::complete(step_table(), words.first(words.size() - 1), words.back());
    if (found.files) {
        return ":files\n";
    }
    std::string out;
    for (const cli::Candidate& candidate : found.words) {
        out += fmt::format("{}\t{}\n", candidate.word, candidate.brief);
    }
    return out;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1, std::string::npos));
    const std::string shell = args.positional(0);
    if (shell != "bash" && shell != "zsh" && shell != "fish") {
        return invalid("unsupported shell " + shell);
    }
    if (args.positionals().size() > 1) {
        context.console.out(candidates(std::span(args.positionals()).subspan(1)));
        return 0;
    }
    context.console.out(shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish);
    return 0;
}

}  // namespace

cli::Command completion() {
    return {.path = "completion",
            .brief = "print what makes a shell complete the words of step",
            .usage = "<shell>",
            .arguments = "bash zsh fish",
            .manual = kManual,
            .flags = hidden_no_context(),
            .run = run};
}

}  // namespace step::commands
