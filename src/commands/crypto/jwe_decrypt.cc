#include <fmt/format.h>

#include "cli/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"
#include "commands/crypto/jwk_rules.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "jose/jwe.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwe_decrypt.md.inc"
    ;

constexpr std::size_t kMaxText = std::size_t{8} << 20;

Status check_flags(const cli::Args& args, const std::string& alg) {
    const bool password = jose::is_password_algorithm(alg);
    for (const char* flag : {"key", "jwks"}) {
        if (password && !args.get(flag).empty()) {
            return invalid(
                fmt::format("flag '--{}' cannot be used with JWE algorithm '{}'", flag, alg));
        }
    }
    if (!password && args.get("key").empty() && args.get("jwks").empty()) {
        return invalid("one of flag --key or --jwk is required");
    }
    return password ? ok() : check_key_flags(args, /*kid_elsewhere=*/false);
}

Result<Secret> with_password(cli::Context& context, const jose::EncryptedMessage& message) {
    const std::string file = context.args.get("password-file");
    if (!file.empty()) {
        STEP_ASSIGN(const Secret password, cli::read_password_file(file));
        return jose::decrypt(message, password.view());
    }
    STEP_ASSIGN(const Secret password,
                context.console.ask_password(
                    "Please enter the password to decrypt the content encryption key", {}));
    return jose::decrypt(message, password.view());
}

Result<jose::Jwk> read_decryption_key(cli::Context& context) {
    const cli::Args& args = context.args;
    // --password-file is that of the message, as in the original; a key's own is asked for.
    const KeyWish wish{.use = "enc", .kid = args.get("kid")};
    const std::string file = args.get("key");
    STEP_ASSIGN(jose::Jwk key, file.empty() ? read_key_of_set(context, args.get("jwks"), wish)
                                            : read_key(context, file, wish));
    if (key.is_public()) {
        return invalid("cannot use a public key for decryption");
    }
    if (key.use == "sig") {
        return invalid("invalid jwk use: found 'sig' (signature), expecting 'enc' (encryption)");
    }
    STEP_TRY(validate_jwk(key));
    return key;
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(const Bytes text, context.console.read_stdin(kMaxText));
    const auto message = jose::parse_encrypted(text);
    if (!message) {
        return invalid("error parsing data: go-jose/go-jose: " + message.error().detail);
    }
    const std::string alg = message->text("alg");
    STEP_TRY(check_flags(context.args, alg));
    Result<Secret> plain{Secret()};
    if (jose::is_password_algorithm(alg)) {
        plain = with_password(context, *message);
    } else {
        STEP_ASSIGN(const jose::Jwk key, read_decryption_key(context));
        plain = jose::decrypt(*message, key, context.random);
    }
    if (!plain) {
        Error error = std::move(plain).error();
        if (error.code == Code::kUnauthenticated || error.code == Code::kInvalidArgument) {
            error.detail = "error decrypting data: go-jose/go-jose: " + error.detail;
        }
        return error;
    }
    context.console.out(plain->view());
    return 0;
}

}  // namespace

cli::Command crypto_jwe_decrypt() {
    return {
        .path = "crypto jwe decrypt",
        .brief = "open a JWE and print its content",
        .manual = kManual,
        .flags = join_flags({{{.name = "key", .value = "file", .help = "the private key"},
                              {.name = "jwks", .value = "file", .help = "take the key of this set"},
                              {.name = "kid", .value = "id", .help = "the key's identifier"}},
                             password_file_flag()}),
        .run = run};
}

}  // namespace step::commands
