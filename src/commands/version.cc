#include "base/version.h"

#include <fmt/format.h>

#include "commands/commands.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/version.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    context.console.out(fmt::format("{} CLI/{} (linux/amd64)\nCompatible with: {}\n", kProduct,
                                    kVersion, kCompatible));
    return 0;
}

}  // namespace

cli::Command version() {
    return {.path = "version",
            .brief = "print the version of step",
            .manual = kManual,
            .flags = {{.name = "no-context",
                       .type = cli::FlagType::kBool,
                       .help = "leave defaults.json unread",
                       .fallback = "true",
                       .hidden = true}},
            .run = run};
}

}  // namespace step::commands
