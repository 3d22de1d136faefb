#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "cli/files.h"
#include "commands/certificate/certificate.h"
#include "commands/errors.h"
#include "crypto/pem_key.h"
#include "x509/certificate.h"
#include "x509/inspect.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/key.md.inc"
    ;

Error in_pem(const Error& cause) {
    return invalid("error parsing PEM: " + cause.detail);
}

/// The key of the first block. That of a private key is its public half, where the original
/// prints the private key.
Result<crypto::PublicKey> key_of(cli::Context& context, const std::string& path) {
    STEP_ASSIGN(const Bytes text, cli::read_input(context, path));
    const auto first = next_pem(text);
    if (!first) {
        return invalid("error decoding PEM: not a valid PEM encoded block");
    }
    const PemBlock& block = first->block;
    if (block.type.ends_with("PRIVATE KEY") || block.type == "EC PARAMETERS") {
        const auto key = crypto::parse_private_key(text, [&] {
            return context.console.ask_password("Please enter the password to decrypt " + path, {});
        });
        return key ? Result<crypto::PublicKey>(key->public_key())
                   : Result<crypto::PublicKey>(key.error());
    }
    if (block.type.ends_with("CERTIFICATE REQUEST")) {
        const auto request = x509::parse_csr_unchecked(block.bytes);
        if (!request) {
            return in_pem(request.error());
        }
        return crypto::PublicKey::from_spki(request->spki);
    }
    if (block.type == "CERTIFICATE") {
        const auto certificate = x509::parse_certificate(block.bytes);
        return certificate ? certificate->public_key() : in_pem(certificate.error());
    }
    auto key = crypto::parse_public_key(encode_pem(block));
    if (!key) {
        return in_pem(key.error());
    }
    return key;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_ASSIGN(const crypto::PublicKey key, key_of(context, args.positional(0)));
    const std::string pem = crypto::encode_public_key(key);
    const std::string out = args.get("out");
    if (out.empty()) {
        context.console.out(pem);
        return 0;
    }
    STEP_TRY(without_failed(cli::write_output(context, out, pem)));
    context.console.err(fmt::format("The public key has been saved in {}.\n", out));
    return 0;
}

}  // namespace

cli::Command certificate_key() {
    return {.path = "certificate key",
            .brief = "print the public key of a certificate",
            .usage = "<crt-file> [--out=<file>]",
            .manual = kManual,
            .flags = {{.name = "out/output-file", .value = "file", .help = "write to this file"},
                      {.name = "f/force",
                       .type = cli::FlagType::kBool,
                       .help = "replace the file without asking"}},
            .run = run};
}

}  // namespace step::commands
