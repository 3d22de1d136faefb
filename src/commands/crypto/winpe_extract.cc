#include <fmt/format.h>

#include "base/files.h"
#include "base/readable_file.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "x509/authenticode.h"
#include "x509/certificate.h"
#include "x509/signed_data.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/winpe_extract.md.inc"
    ;

Result<Bytes> read_signature(const std::string& path) {
    const auto file = ReadableFile::open(path);
    if (!file) {
        return invalid(
            fmt::format("error opening {}: open {}: {}", path, path, reason_of(file.error())));
    }
    auto signature = x509::authenticode_signature(
        [&](std::uint64_t offset, std::size_t count) { return file->read_at(offset, count); });
    if (!signature) {
        const Error& error = signature.error();
        return invalid((error.has_reason(x509::kNotExecutable)
                            ? "Unable to open the PE file: "
                            : "Error parsing the executable's headers: ") +
                       error.detail);
    }
    return signature;
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(const Bytes signature, read_signature(clean_path(context.args.positional(0))));
    const auto certificates = x509::signed_data_certificates(signature);
    if (!certificates) {
        return invalid(
            "Error to parse the certificate table from the executable's table: Error parsing "
            "Certificate Table entry to PKCS7: " +
            certificates.error().detail);
    }
    for (const Bytes& certificate : *certificates) {
        context.console.out(x509::encode_certificate_pem(certificate));
    }
    return 0;
}

}  // namespace

cli::Command crypto_winpe_extract() {
    return {.path = "crypto winpe extract",
            .brief = "print the certificates in the signature of a Windows executable",
            .usage = "<file>",
            .manual = kManual,
            .flags = {},
            .run = run};
}

}  // namespace step::commands
