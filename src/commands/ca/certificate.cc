#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/sign_flow.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/foreign_flags.h"
#include "crypto/pem_key.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/certificate.md.inc"
    ;

constexpr ForeignFlag kForeign[] = {
    {"attestation-uri", cli::FlagType::kString, "device attestation"},
    {"attestation-ca-url", cli::FlagType::kString, "device attestation"},
    {"attestation-ca-root", cli::FlagType::kString, "device attestation"},
    {"attestation-ca-insecure", cli::FlagType::kBool, "device attestation"},
    {"tpm-storage-directory", cli::FlagType::kString, "device attestation"}};

/// The names of --san, then those of the token, each once.
std::vector<std::string> merge(std::vector<std::string> names,
                               const std::vector<std::string>& more) {
    for (const std::string& name : more) {
        if (std::ranges::find(names, name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

/// A token of our own carries the names, one of a cloud does not.
Status check_names(const cli::Args& args) {
    if (!args.is_set("token") || args.list("san").empty()) {
        return ok();
    }
    const auto facts = read_token(args.get("token"));
    return facts && facts->vm ? ok() : Status(exclusive("token", "san"));
}

/// The names of the certificate. Those that the cloud gave a VM count where no other host is
/// named.
Result<x509::AltNames> names_for(const std::vector<std::string>& given,
                                 const SignSession& session) {
    const std::vector<std::string> names = merge(given, session.names);
    STEP_ASSIGN(x509::AltNames sorted, x509::classify_names(names));
    const bool of_host = !sorted.dns.empty() || !sorted.ips.empty();
    return of_host ? std::move(sorted) : x509::classify_names(merge(names, session.vm_names));
}

/// A chain, PEM, and the key that was made for it.
struct Issued {
    crypto::PrivateKey key;
    std::string chain{};
};

Result<Issued> by_token(cli::Context& context, SignSession& session) {
    const cli::Args& args = context.args;
    if (const std::string subject = args.positional(0);
        !session.from_cloud && !subject.empty() && !equal_fold(subject, session.subject)) {
        return invalid(fmt::format("token subject '{}' and argument '{}' do not match",
                                   session.subject, subject));
    }
    STEP_ASSIGN(crypto::PrivateKey key, make_key(args));
    x509::CsrDraft draft{.subject = x509::to_name({.common_name = session.subject})};
    STEP_ASSIGN(draft.names, names_for(args.list("san"), session));
    STEP_ASSIGN(const Bytes csr, x509::make_csr(draft, key));
    STEP_ASSIGN(std::string chain,
                request_certificate(context, session, encode_pem("CERTIFICATE REQUEST", csr)));
    return Issued{.key = std::move(key), .chain = std::move(chain)};
}

Result<Issued> by_acme(cli::Context& context, const AcmeTarget& target) {
    STEP_ASSIGN(const x509::AltNames typed, x509::classify_names(context.args.list("san")));
    STEP_ASSIGN(AcmeNames order, acme_names(typed, target.subject));
    STEP_ASSIGN(crypto::PrivateKey key, make_key(context.args));
    STEP_ASSIGN(const Bytes der,
                x509::make_csr({.subject = x509::to_name({.common_name = target.subject}),
                                .names = std::move(order.names)},
                               key));
    STEP_ASSIGN(const x509::Csr csr, x509::parse_csr(der));
    STEP_ASSIGN(std::string chain, acme_certificate(context, target, order.identifiers, csr));
    return Issued{.key = std::move(key), .chain = std::move(chain)};
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(3));
    STEP_TRY(refuse_foreign_flags(args, kForeign));
    STEP_TRY(check_sign_flags(args));
    const std::string subject = args.positional(0);
    const std::string certificate_file = args.positional(1), key_file = args.positional(2);
    if (clean_path(certificate_file) == clean_path(key_file) && kind_of(key_file) != Kind::kOther) {
        return equal_positionals("crt-file", "key-file", args.usage());
    }
    const std::vector<std::string> names = args.list("san");
    STEP_TRY(check_names(args));
    STEP_ASSIGN(SignWay way, begin_sign(context, subject, names, ""));
    STEP_ASSIGN(const Issued issued, std::holds_alternative<AcmeTarget>(way)
                                         ? by_acme(context, std::get<AcmeTarget>(way))
                                         : by_token(context, std::get<SignSession>(way)));

    // All answers before the first write: a "no" leaves the old pair as it was.
    STEP_TRY(cli::confirm_overwrite(context, certificate_file));
    STEP_TRY(cli::confirm_overwrite(context, key_file));
    const Secret key_pem = crypto::encode_private_key(issued.key);
    STEP_TRY(replace_together(
        {{.path = key_file, .bytes = key_pem.view(), .mode = 0600, .treat = Mode::kExact},
         {.path = certificate_file, .bytes = issued.chain, .mode = 0600}}));
    context.console.selected("Certificate", certificate_file);
    context.console.selected("Private Key", key_file);
    return 0;
}

}  // namespace

cli::Command ca_certificate() {
    return {.path = "ca certificate",
            .brief = "make a key and get a certificate for it",
            .usage = "<subject> <crt-file> <key-file>",
            .manual = kManual,
            .flags = join_flags({{{.name = "san",
                                   .type = cli::FlagType::kList,
                                   .value = "name",
                                   .help = "name the certificate shall have"}},
                                 key_flags(),
                                 foreign_flags(kForeign),
                                 sign_flags()}),
            .run = run};
}

}  // namespace step::commands
