#include <fmt/format.h>

#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/root.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0, 1));
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    const std::string fingerprint = context.args.get("fingerprint");
    if (fingerprint.empty()) {
        return context.args.missing_flag("fingerprint");
    }
    STEP_ASSIGN(client::CaClient ca, connect_insecurely(context, url));
    STEP_ASSIGN(const Bytes der,
                explained(ca.root(fingerprint), "error downloading root certificate: "));
    const std::string pem = x509::encode_certificate_pem(der);
    const std::string file = context.args.positional(0);
    if (file.empty()) {
        context.console.out(pem);
        return 0;
    }
    STEP_TRY(cli::write_output(context, file, pem));
    context.console.err(fmt::format("The root certificate has been saved in {}.\n", file));
    return 0;
}

}  // namespace

cli::Command ca_root() {
    return {.path = "ca root",
            .brief = "download and check a root certificate",
            .usage = "[<root-file>]",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "ca-url", .value = "URI", .help = "where the CA answers"},
                  {.name = "fingerprint", .value = "sha256", .help = "digest of the root"}},
                 context_flag(),
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
