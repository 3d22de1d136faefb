#include <fmt/format.h>

#include "cli/files.h"
#include "commands/ca/after_renewal.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/renew.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    STEP_TRY(check_renewal_flags(args));
    const std::string out = args.get("out").empty() ? args.positional(0) : args.get("out");
    STEP_ASSIGN(const Identity identity,
                read_identity(context, args.positional(0), args.positional(1)));
    STEP_ASSIGN(const RenewalPlan plan, plan_renewal(context, identity.chain.front()));
    STEP_ASSIGN(client::CaClient ca,
                connect(context, {.url = url, .chain = identity.der(), .key = &identity.key}));
    if (!plan.due) {
        context.console.err(fmt::format("certificate not renewed: expires in {}\n",
                                        format_duration(plan.remaining)));
        return 0;
    }
    if (plan.remaining <= Duration::zero()) {
        return Error{.code = Code::kUnsupported,
                     .detail =
                         "error renewing certificate: the certificate has expired, and "
                         "renewal after expiry is not supported yet"};
    }
    STEP_ASSIGN(const std::string chain, explained(ca.renew(), "error renewing certificate: "));
    STEP_TRY(explained(cli::write_output(context, out, chain), "error renewing certificate: "));
    context.console.err(fmt::format("Your certificate has been saved in {}.\n", out));
    return notify(context, plan);
}

}  // namespace

cli::Command ca_renew() {
    return {.path = "ca renew",
            .brief = "renew a certificate and keep its key",
            .usage = "<crt-file> <key-file>",
            .manual = kManual,
            .flags = join_flags({{{.name = "out/output-file",
                                   .value = "file",
                                   .help = "where the new certificate goes"}},
                                 renewal_flags(),
                                 password_file_flag(),
                                 connection_flags(),
                                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
