#include <fmt/format.h>

#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

constexpr std::string_view kRootsManual =
#include "commands/ca/roots.md.inc"
    ;
constexpr std::string_view kFederationManual =
#include "commands/ca/federation.md.inc"
    ;

using Fetch = Result<std::vector<std::string>> (client::CaClient::*)();

Result<cli::ExitCode> run(cli::Context& context, Fetch fetch, std::string_view what) {
    STEP_TRY(context.args.expect_positionals(0, 1));
    STEP_ASSIGN(client::CaClient ca, connect(context));
    STEP_ASSIGN(const std::vector<std::string> blocks, explained((ca.*fetch)()));
    std::string bundle;
    for (const std::string& block : blocks) {
        bundle += block;
    }
    const std::string file = context.args.positional(0);
    if (file.empty()) {
        context.console.out(bundle);
        return 0;
    }
    STEP_TRY(cli::write_output(context, file, bundle));
    context.console.err(
        fmt::format("The {} certificate bundle has been saved in {}.\n", what, file));
    return 0;
}

}  // namespace

cli::Command ca_roots() {
    return {.path = "ca roots",
            .brief = "download all root certificates of a CA",
            .usage = "[<roots-file>]",
            .manual = kRootsManual,
            .flags = join_flags({connection_flags(), force_flag()}),
            .run = [](cli::Context& context) {
                return run(context, &client::CaClient::roots, "root");
            }};
}

cli::Command ca_federation() {
    return {.path = "ca federation",
            .brief = "download the root certificates of a CA's federation",
            .usage = "[<federation-file>]",
            .manual = kFederationManual,
            .flags = join_flags({connection_flags(), force_flag()}),
            .run = [](cli::Context& context) {
                return run(context, &client::CaClient::federation, "federation");
            }};
}

}  // namespace step::commands
