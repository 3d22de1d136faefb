#include <fmt/format.h>

#include "base/base64.h"
#include "base/ip.h"
#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/sign_flow.h"
#include "commands/errors.h"
#include "crypto/digest.h"
#include "x509/csr.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/sign.md.inc"
    ;

Result<x509::Csr> read_csr(cli::Context& context, const std::string& file) {
    const auto text = cli::read_input(context, file);
    if (!text) {
        return reading_quoted(file, text.error());
    }
    if (!next_pem(*text)) {
        return invalid(fmt::format("error decoding {}: not a valid PEM encoded block", file));
    }
    auto csr = x509::parse_csr_pem(*text);
    if (!csr && csr.error().has_reason(x509::kCsrBadSignature)) {
        return invalid(fmt::format("certificate request {} has an invalid signature", file));
    }
    return csr ? std::move(csr)
               : Result<x509::Csr>(
                     explain(std::move(csr).error(), fmt::format("error parsing {}: ", file)));
}

std::vector<std::string> names_of(const x509::AltNames& names) {
    std::vector<std::string> out = names.dns;
    for (const Bytes& address : names.ips) {
        out.push_back(format_ip(address));
    }
    out.insert(out.end(), names.emails.begin(), names.emails.end());
    out.insert(out.end(), names.uris.begin(), names.uris.end());
    return out;
}

Result<std::string> sign_by(cli::Context& context, SignWay& way, const x509::Csr& csr) {
    const std::string common_name = csr.subject.common_name();
    if (const auto* target = std::get_if<AcmeTarget>(&way)) {
        STEP_ASSIGN(const AcmeNames order, acme_names(csr.names, common_name));
        return acme_certificate(context, *target, order.identifiers, csr);
    }
    auto& session = std::get<SignSession>(way);
    if (!session.from_cloud && !common_name.empty() && !equal_fold(common_name, session.subject)) {
        return invalid(fmt::format("token subject '{}' and CSR CommonName '{}' do not match",
                                   session.subject, common_name));
    }
    return request_certificate(context, session, encode_pem("CERTIFICATE REQUEST", csr.der));
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_TRY(check_sign_flags(args));
    STEP_ASSIGN(const x509::Csr csr, read_csr(context, args.positional(0)));
    const std::string certificate_file = args.positional(1);
    const std::vector<std::string> names = names_of(csr.names);
    const std::string common_name = csr.subject.common_name();
    const std::string subject = common_name.empty() && !names.empty() ? names.front() : common_name;

    STEP_ASSIGN(SignWay way, begin_sign(context, subject, names,
                                        encode_base64(crypto::sha256(csr.der), Base64::kRawUrl)));
    STEP_ASSIGN(const std::string chain, sign_by(context, way, csr));
    STEP_TRY(cli::write_output(context, certificate_file, chain));
    context.console.selected("Certificate", certificate_file);
    return 0;
}

}  // namespace

cli::Command ca_sign() {
    return {.path = "ca sign",
            .brief = "get a certificate for a request",
            .usage = "<csr-file> <crt-file>",
            .manual = kManual,
            .flags = sign_flags(),
            .run = run};
}

}  // namespace step::commands
