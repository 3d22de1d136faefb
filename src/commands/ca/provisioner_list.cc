#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/provisioner_list.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(client::CaClient ca, connect(context));
    STEP_ASSIGN(std::vector<json::Value> list,
                explained(ca.provisioners(), "error getting the provisioners: "));
    context.console.out(json::encode_indent(json::Value(json::Array(std::move(list))), "   ") +
                        "\n");
    return 0;
}

}  // namespace

cli::Command ca_provisioner_list() {
    return {.path = "ca provisioner list",
            .brief = "list who may hand out certificates",
            .manual = kManual,
            .flags = connection_flags(),
            .run = run};
}

}  // namespace step::commands
