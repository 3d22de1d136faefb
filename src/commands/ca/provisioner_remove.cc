#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/ca/provisioner_change.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_remove.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    if (auto url = require_ca_url(context); !url) {
        return explain(std::move(url).error(), "error generating admin client: ");
    }
    STEP_TRY(change_provisioners(
        context, [&](ProvisionerFile& file) { return file.remove(context.args.positional(0)); }));
    return 0;
}

}  // namespace

cli::Command ca_provisioner_remove() {
    return {.path = "ca provisioner remove",
            .brief = "remove a provisioner",
            .usage = "<name>",
            .manual = kManual,
            .flags = provisioner_admin_flags(),
            .run = run};
}

}  // namespace step::commands
