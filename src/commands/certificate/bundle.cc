#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "cli/files.h"
#include "commands/certificate/certificate.h"
#include "commands/errors.h"
#include "x509/certificate.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/bundle.md.inc"
    ;

/// The first block of a file, which must be a certificate: the original takes any block, a
/// private key too.
Result<std::string> first_certificate(const std::string& path) {
    STEP_ASSIGN(const Bytes text, read_file(path));
    const auto first = next_pem(text);
    if (!first || first->block.type != "CERTIFICATE" ||
        !x509::parse_certificate(first->block.bytes)) {
        return invalid(fmt::format("could not parse certificate file '{}'", path));
    }
    return encode_pem(first->block);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(3));
    STEP_ASSIGN(const std::string leaf, first_certificate(args.positional(0)));
    STEP_ASSIGN(const std::string issuer, first_certificate(args.positional(1)));
    const std::string file = args.positional(2);
    STEP_TRY(without_failed(cli::write_output(context, file, leaf + issuer)));
    context.console.err(fmt::format("Your certificate has been saved in {}.\n", file));
    return 0;
}

}  // namespace

cli::Command certificate_bundle() {
    return {.path = "certificate bundle",
            .brief = "put a certificate and its issuer's into one file",
            .usage = "<crt-file> <ca> <bundle-file>",
            .manual = kManual,
            .flags = {{.name = "f/force",
                       .type = cli::FlagType::kBool,
                       .help = "replace the file without asking"}},
            .run = run};
}

}  // namespace step::commands
