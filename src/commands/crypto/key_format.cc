#include <array>

#include <fmt/format.h>

#include "base/pem.h"
#include "cli/files.h"
#include "commands/crypto/any_key.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/input_file.h"
#include "crypto/pem_key.h"
#include "crypto/ssh_key.h"
#include "jose/jwk.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/key_format.md.inc"
    ;

constexpr std::pair<const char*, KeyForm> kForms[] = {
    {"pem", KeyForm::kPem}, {"der", KeyForm::kDer}, {"ssh", KeyForm::kSsh}, {"jwk", KeyForm::kJwk}};

/// The form that a flag asks for, if one does.
Result<std::optional<KeyForm>> wanted_form(const cli::Args& args) {
    const char* first = nullptr;
    std::optional<KeyForm> form;
    for (const auto& [flag, meant] : kForms) {
        if (!args.flag(flag)) {
            continue;
        }
        if (first != nullptr) {
            return incompatible(first, flag);
        }
        first = flag;
        form = meant;
    }
    if (form && *form != KeyForm::kPem && *form != KeyForm::kDer && args.flag("pkcs8")) {
        return incompatible("pkcs8", first);
    }
    return form;
}

Result<Secret> encode_public(const crypto::PublicKey& key, KeyForm form) {
    switch (form) {
        case KeyForm::kPem:
            return Secret(crypto::encode_public_key(key));
        case KeyForm::kDer:
            return Secret(key.spki());
        case KeyForm::kSsh:
            return Secret(crypto::encode_authorized_key(key));
        case KeyForm::kJwk:
            break;
    }
    return Secret(json::encode(jose::public_jwk({.public_key = key})));
}

Result<Secret> encode_pem_key(cli::Context& context, const crypto::PrivateKey& key,
                              const std::optional<Secret>& password) {
    const bool pkcs8 = context.args.flag("pkcs8");
    if (!password) {
        return pkcs8 ? crypto::encode_pkcs8_key(key) : crypto::encode_private_key(key);
    }
    return Secret(pkcs8 ? crypto::encrypt_pkcs8_key(key, password->view(), context.random)
                        : crypto::encrypt_private_key(key, password->view(), context.random));
}

Result<Secret> encode_ssh_private(cli::Context& context, const crypto::PrivateKey& key,
                                  const std::optional<Secret>& password) {
    PemBlock block = crypto::seal_openssh_key(key, password ? &*password : nullptr, context.random);
    Secret text(encode_pem(block));
    wipe(block.bytes);
    return text;
}

Result<Secret> encode_private(cli::Context& context, const crypto::PrivateKey& key, KeyForm form) {
    const cli::Args& args = context.args;
    if (form == KeyForm::kDer) {
        return args.flag("pkcs8") ? key.pkcs8() : crypto::encode_private_key_der(key);
    }
    STEP_ASSIGN(const std::optional<Secret> password,
                output_password(context, args.get("password-file"),
                                form == KeyForm::kJwk
                                    ? "Please enter the password to encrypt the data"
                                    : "Please enter the password to encrypt the private key"));
    if (form == KeyForm::kPem) {
        return encode_pem_key(context, key, password);
    }
    if (form == KeyForm::kSsh) {
        return encode_ssh_private(context, key, password);
    }
    jose::Jwk jwk;
    jwk.public_key = key.public_key();
    jwk.private_key = key.share();
    Secret plain(json::encode(jose::private_jwk(jwk)));
    if (!password) {
        return plain;
    }
    STEP_ASSIGN(std::string sealed, seal_jwk(context, plain.view(), *password, "jwk+json"));
    return Secret(std::move(sealed));
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    STEP_ASSIGN(const std::optional<KeyForm> wanted, wanted_form(args));
    if (args.flag("no-password") && !args.flag("insecure")) {
        return needs_flag("no-password", "insecure");
    }
    const std::string name = input_name(args);
    STEP_ASSIGN(const Secret text, read_key_input(context, name));
    STEP_ASSIGN(const FoundKey found,
                parse_any_key(context, text, name, args.get("password-file"), PemBlocks::kOne));
    if (!found.key.public_key || found.from_request) {
        return invalid(fmt::format("unsupported key type {}",
                                   found.from_request ? "*x509.CertificateRequest" : "[]uint8"));
    }
    const KeyForm form =
        wanted.value_or(found.form == KeyForm::kPem ? KeyForm::kDer : KeyForm::kPem);
    STEP_ASSIGN(const Secret encoded, found.key.private_key
                                          ? encode_private(context, *found.key.private_key, form)
                                          : encode_public(*found.key.public_key, form));
    const std::string out = args.get("out");
    if (out.empty()) {
        context.console.out(encoded.view());
        return 0;
    }
    STEP_TRY(check_no_folder(out));
    STEP_TRY(cli::write_output(context, out, encoded.view(), mode_of_input(name),
                               found.key.private_key ? Mode::kExact : Mode::kKeep));
    context.console.err(fmt::format("Your key has been saved in {}.\n", out));
    return 0;
}

}  // namespace

cli::Command crypto_key_format() {
    constexpr cli::FlagType kSwitch = cli::FlagType::kBool;
    return {.path = "crypto key format",
            .brief = "turn a key into another form",
            .usage = "<key-file> [--out=<file>]",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "pkcs8", .type = kSwitch, .help = "write a private key as PKCS#8"},
                  {.name = "pem", .type = kSwitch, .help = "write PEM"},
                  {.name = "der", .type = kSwitch, .help = "write DER, in clear"},
                  {.name = "ssh", .type = kSwitch, .help = "write the form of OpenSSH"},
                  {.name = "jwk", .type = kSwitch, .help = "write a JSON Web Key"},
                  {.name = "out", .value = "file", .help = "write to this file"}},
                 password_file_flag(),
                 no_password_flags(),
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
