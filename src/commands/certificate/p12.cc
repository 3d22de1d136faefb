#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "cli/files.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/key_files.h"
#include "crypto/digest.h"
#include "crypto/pkcs12.h"
#include "x509/certificate.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/certificate/p12.md.inc"
    ;

/// What the command line asks for.
struct Wish {
    std::string out{}, certificate{}, key{};
    std::vector<std::string> authorities{};
    crypto::Pkcs12Form form{};
};

Result<Wish> check_arguments(const cli::Args& args) {
    STEP_TRY(args.expect_positionals(1, 3));
    Wish wish{
        .out = args.positional(0),
        .certificate = args.positional(1),
        .key = args.positional(2),
        .authorities = args.list("ca"),
        .form = args.flag("legacy") ? crypto::Pkcs12Form::kLegacy : crypto::Pkcs12Form::kModern};
    if (wish.certificate.empty() != wish.key.empty()) {
        return invalid(fmt::format("missing positional argument <key_file> in '{}'", args.usage()));
    }
    if (wish.key.empty() && wish.authorities.empty()) {
        return invalid(
            "flag '--ca' must be provided when no <crt_path> and <key_path> are present");
    }
    if (!args.get("password-file").empty() && args.flag("no-password")) {
        return incompatible("no-password", "password-file");
    }
    if (args.flag("no-password") && !args.flag("insecure")) {
        return needs_flag("no-password", "insecure");
    }
    return wish;
}

/// read_bundle(); a failure says what the file was for.
Result<std::vector<x509::Certificate>> read_certificates(cli::Context& context,
                                                         const std::string& file,
                                                         std::string_view what) {
    return explained(read_bundle(context, file), fmt::format("error reading {}: ", what));
}

Result<Secret> new_password(cli::Context& context) {
    const cli::Args& args = context.args;
    if (args.flag("no-password")) {
        return Secret();
    }
    if (const std::string file = args.get("password-file"); !file.empty()) {
        STEP_ASSIGN(Secret password, cli::read_password_file(file));
        if (password.empty()) {
            return invalid(fmt::format("the password file {} is empty", file));
        }
        return password;
    }
    auto password = context.console.ask_password(
        "Please enter a password to encrypt the .p12 file", [](std::string_view text) {
            return text.empty() ? Status(invalid("value cannot be empty")) : ok();
        });
    return password ? std::move(password)
                    : Result<Secret>(explain(password.error(), "error reading password: "));
}

Result<Bytes> encode_identity(cli::Context& context, const Wish& wish,
                              const std::vector<x509::Certificate>& authorities,
                              const Secret& password) {
    STEP_ASSIGN(const std::vector<x509::Certificate> own,
                read_certificates(context, wish.certificate, "certificate"));
    const auto text = read_key_text_quoted(context, wish.key);
    if (!text) {
        return explain(text.error(), "error reading key: ");
    }
    auto key = read_pem_key(context, text->view(), wish.key, "");
    if (!key) {
        return explain(key.error(), "error reading key: ");
    }
    if (!key->private_key) {
        return invalid(wish.key + " does not hold a private key");
    }
    STEP_ASSIGN(const crypto::PublicKey certified, own.front().public_key());
    if (certified != *key->public_key) {
        return invalid(fmt::format("{} is not the key of {}", wish.key, wish.certificate));
    }
    std::vector<Bytes> chain{own.front().der};
    for (const x509::Certificate& certificate : authorities) {
        chain.push_back(certificate.der);
    }
    for (std::size_t i = 1; i < own.size(); ++i) {
        chain.push_back(own[i].der);
    }
    return crypto::encode_pkcs12(*key->private_key, chain, password.view(), wish.form,
                                 context.random);
}

Result<Bytes> encode_trust_store(cli::Context& context, const Wish& wish,
                                 const std::vector<x509::Certificate>& authorities,
                                 const Secret& password) {
    std::vector<crypto::TrustedCertificate> trusted;
    trusted.reserve(authorities.size());
    for (const x509::Certificate& certificate : authorities) {
        trusted.push_back(
            {.der = certificate.der,
             .friendly_name = fmt::format("{} - {}", certificate.subject.text(),
                                          encode_hex(crypto::sha256(certificate.der)))});
    }
    return crypto::encode_trust_store(trusted, password.view(), wish.form, context.random);
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_ASSIGN(const Wish wish, check_arguments(context.args));
    std::vector<x509::Certificate> authorities;
    for (const std::string& file : wish.authorities) {
        STEP_ASSIGN(std::vector<x509::Certificate> more,
                    read_certificates(context, file, "CA certificate"));
        authorities.insert(authorities.end(), std::make_move_iterator(more.begin()),
                           std::make_move_iterator(more.end()));
    }
    STEP_ASSIGN(const Secret password, new_password(context));
    auto encoded = wish.key.empty() ? encode_trust_store(context, wish, authorities, password)
                                    : encode_identity(context, wish, authorities, password);
    if (!encoded) {
        return encoded.error();
    }
    STEP_TRY(without_failed(cli::write_output(context, wish.out, *encoded, 0600, Mode::kExact)));
    context.console.err(fmt::format("Your .p12 bundle has been saved as {}.\n", wish.out));
    return 0;
}

}  // namespace

cli::Command certificate_p12() {
    return {.path = "certificate p12",
            .brief = "put a certificate and its key into a PKCS#12 file",
            .usage = "<p12-path> [<crt-path>] [<key-path>]",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "ca",
                   .type = cli::FlagType::kList,
                   .value = "file",
                   .help = "add the certificates of this file; may be given several times"}},
                 password_file_flag(),
                 no_password_flags(),
                 {{.name = "legacy",
                   .type = cli::FlagType::kBool,
                   .help = "for programs from before 2020: RC2, 3DES and SHA-1"}},
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
