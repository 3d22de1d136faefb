#include "x509/verify.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/revocation.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/verify.md.inc"
    ;

Error invalid(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

/// The certificates of a file, leaf first. Stricter than inspect: text after the last block is
/// an error, so that a damaged file is not half verified.
Result<std::vector<x509::Certificate>> read_chain(const std::string& path) {
    STEP_ASSIGN(const Bytes text, read_file(path));
    std::vector<x509::Certificate> chain;
    std::size_t others = 0;
    ByteView rest = text;
    while (!rest.empty()) {
        const auto step = next_pem(rest);
        if (!step) {
            return invalid(path + " contains an invalid PEM block");
        }
        rest.remove_prefix(step->rest);
        if (step->block.type != "CERTIFICATE") {
            continue;
        }
        auto certificate = x509::parse_certificate(step->block.bytes);
        others += chain.empty() ? 0 : 1;
        if (certificate) {
            chain.push_back(*std::move(certificate));
        } else if (chain.empty()) {
            return std::move(certificate).error();
        }
    }
    if (chain.empty()) {
        return invalid(path + " contains no PEM certificate blocks");
    }
    if (others > 0 && chain.size() == 1) {
        return invalid(
            fmt::format("failure creating intermediate list from certificate '{}'", path));
    }
    return chain;
}

Result<std::vector<x509::Certificate>> chain_of(cli::Context& context, const std::string& name) {
    STEP_ASSIGN(const std::optional<std::string> address, server_address(name));
    if (address) {
        return fetch_chain(context, *address, context.args.get("servername"),
                           context.args.get("roots"), /*insecure=*/false);
    }
    return read_chain(name);
}

/// What --verify-crl and --verify-ocsp found out, a line each.
Result<std::string> check_revocation(cli::Context& context, const x509::Certificate& certificate) {
    const cli::Args& args = context.args;
    const bool lists = args.flag("verify-crl"), responders = args.flag("verify-ocsp");
    if (!lists && !responders && args.get("issuing-ca").empty()) {
        return std::string();
    }
    RevocationCheck check(context, certificate);
    STEP_TRY(check.find_issuer());
    std::string asked;
    if (lists) {
        STEP_ASSIGN(const std::string url, check.ask_lists());
        asked += fmt::format("certificate not revoked in CRL {}\n", url);
    }
    if (responders) {
        STEP_ASSIGN(const std::string url, check.ask_responders());
        asked += fmt::format("certificate status is good according OCSP {}\n", url);
    }
    return asked;
}

/// A flag that would do nothing without another one.
Status refuse_idle_flags(const cli::Args& args) {
    constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
        {"crl-endpoint", "verify-crl"},
        {"ocsp-endpoint", "verify-ocsp"},
        {"insecure", "verify-crl"}};
    for (const auto& [flag, needed] : kPairs) {
        if (args.source(flag) == cli::Source::kCommandLine && !args.flag(needed)) {
            return needs_flag(flag, needed);
        }
    }
    return ok();
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_TRY(refuse_idle_flags(args));
    const std::string host = args.get("host");
    STEP_ASSIGN(const std::vector<x509::Certificate> chain, chain_of(context, args.positional(0)));
    STEP_ASSIGN(const std::vector<x509::Certificate> roots,
                read_roots_flag(context, args.get("roots")));

    x509::VerifyOptions options{
        .now = std::chrono::floor<std::chrono::seconds>(context.clock.now()), .host = host};
    for (const x509::Certificate& root : roots) {
        options.roots.push_back(&root);
    }
    for (const x509::Certificate& certificate : std::span(chain).subspan(1)) {
        options.intermediates.push_back(&certificate);
    }
    const auto verified = x509::verify_chain(chain.front(), options);
    if (!verified) {
        Error error = verified.error();
        error.detail = "failed to verify certificate: " + error.detail;
        return error;
    }
    std::string checked = "certificate validated against roots\n";
    if (!host.empty()) {
        checked += "certificate host name validated\n";
    }
    STEP_ASSIGN(const std::string asked, check_revocation(context, chain.front()));
    if (args.flag("verbose")) {
        // Spelt as scripts know it.
        context.console.out(checked + asked + "certficiate is valid\n");
    }
    return 0;
}

}  // namespace

cli::Command certificate_verify() {
    return {.path = "certificate verify",
            .brief = "check that a certificate leads to a root that you trust",
            .usage = "<crt-file> [--host=<host>]",
            .manual = kManual,
            .flags = {{.name = "host",
                       .value = "host",
                       .help = "a name or an address that the certificate must be good for"},
                      {.name = "roots",
                       .value = "file",
                       .help = "whom to trust: a file, several with commas between them, or a "
                               "folder; the system's own if not given"},
                      {.name = "verbose/v",
                       .type = cli::FlagType::kBool,
                       .help = "say what was checked"},
                      {.name = "servername",
                       .value = "name",
                       .help = "the name to ask the server for, if not that of the URL"},
                      {.name = "issuing-ca",
                       .value = "file",
                       .help = "who issued the certificate, in PEM; if not given, it is fetched "
                               "from where the certificate says"},
                      {.name = "verify-crl",
                       .type = cli::FlagType::kBool,
                       .help = "fail unless a revocation list says that it is not revoked"},
                      {.name = "crl-endpoint",
                       .value = "url",
                       .help = "this list instead of those that the certificate names"},
                      {.name = "verify-ocsp",
                       .type = cli::FlagType::kBool,
                       .help = "fail unless an OCSP responder says that it is good"},
                      {.name = "ocsp-endpoint",
                       .value = "url",
                       .help = "this responder instead of those that the certificate names"},
                      {.name = "insecure",
                       .type = cli::FlagType::kBool,
                       .help = "believe a revocation list whoever signed it"}},
            .run = run};
}

}  // namespace step::commands
