#include <fmt/format.h>

#include "commands/commands.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/path.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    std::string folder = context.steppath;
    if (context.args.flag("base")) {
        folder = context.base;
    } else if (context.args.flag("profile")) {
        folder = context.profile;
    }
    context.console.out(folder + "\n");
    return 0;
}

}  // namespace

cli::Command path() {
    return {
        .path = "path",
        .brief = "print where step keeps its files",
        .manual = kManual,
        .flags = {{.name = "base", .type = cli::FlagType::kBool, .help = "print $STEPPATH itself"},
                  {.name = "profile",
                   .type = cli::FlagType::kBool,
                   .help = "print the folder of the current profile"}},
        .run = run};
}

}  // namespace step::commands
