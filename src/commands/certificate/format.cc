#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "cli/files.h"
#include "commands/certificate/certificate.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "x509/certificate.h"
#include "x509/inspect.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/format.md.inc"
    ;

/// The DER of the first certificate or request of a PEM text; what else stands there is passed
/// over.
Result<Bytes> first_der(std::string_view text) {
    while (const auto next = next_pem(text)) {
        text.remove_prefix(next->rest);
        const PemBlock& block = next->block;
        if (block.type == "CERTIFICATE") {
            const auto certificate = x509::parse_certificate(block.bytes);
            return certificate
                       ? Result<Bytes>(certificate->der)
                       : invalid("error parsing certificate: " + certificate.error().detail);
        }
        if (block.type == "CERTIFICATE REQUEST" || block.type == "NEW CERTIFICATE REQUEST") {
            const auto request = x509::parse_csr_unchecked(block.bytes);
            return request
                       ? Result<Bytes>(request->der)
                       : invalid("error parsing certificate request: " + request.error().detail);
        }
    }
    return invalid("error decoding certificate: invalid PEM block");
}

Result<Bytes> toggle(ByteView bytes) {
    if (bytes.find("-----BEGIN ") != ByteView::npos) {
        return first_der(bytes);
    }
    if (const auto certificate = x509::parse_certificate(bytes)) {
        return encode_pem("CERTIFICATE", certificate->der);
    }
    if (const auto request = x509::parse_csr_unchecked(bytes)) {
        return encode_pem("CERTIFICATE REQUEST", request->der);
    }
    return invalid("error parsing DER format certificate or certificate request");
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    const std::string path = input_name(args);
    STEP_ASSIGN(const Bytes bytes, read_input_file(context, path));
    STEP_ASSIGN(const Bytes other, toggle(bytes));
    const std::string out = args.get("out");
    if (out.empty()) {
        context.console.out(other);
        return 0;
    }
    STEP_TRY(without_failed(cli::write_output(context, out, other, mode_of_input(path))));
    context.console.err(fmt::format("Your certificate has been saved in {}\n", out));
    return 0;
}

}  // namespace

cli::Command certificate_format() {
    return {.path = "certificate format",
            .brief = "turn PEM into DER and DER into PEM",
            .usage = "<crt-file> [--out=<file>]",
            .manual = kManual,
            .flags = {{.name = "out", .value = "file", .help = "write to this file"},
                      {.name = "f/force",
                       .type = cli::FlagType::kBool,
                       .help = "replace the file without asking"}},
            .run = run};
}

}  // namespace step::commands
