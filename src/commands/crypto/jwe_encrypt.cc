#include <fmt/format.h>

#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"
#include "commands/crypto/jwk_rules.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "jose/jwe.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwe_encrypt.md.inc"
    ;

constexpr std::size_t kMaxPlaintext = std::size_t{64} << 20;

Status check_flags(const cli::Args& args) {
    const std::string alg = args.get("alg"), enc = args.get("enc");
    if (!alg.empty() && !jose::is_key_algorithm(alg)) {
        return invalid_flag("alg", alg);
    }
    if (!enc.empty() && !jose::is_content_algorithm(enc)) {
        return invalid_flag("enc", enc);
    }
    const bool password = jose::is_password_algorithm(alg);
    for (const char* flag : {"key", "jwks"}) {
        if (password && !args.get(flag).empty()) {
            return exclusive("alg " + alg, flag);
        }
    }
    if (!password && args.get("key").empty() && args.get("jwks").empty()) {
        return invalid("one of flag --key or --jwk is required");
    }
    return password ? ok() : check_key_flags(args, /*kid_elsewhere=*/false);
}

Result<jose::EncryptedMessage> to_password(cli::Context& context, ByteView plaintext,
                                           const jose::Encryption& how) {
    STEP_ASSIGN(const Secret password,
                context.console.ask_password(
                    "Please enter the password to encrypt the content encryption key", {}));
    return jose::encrypt(plaintext, how, password.view(), context.random);
}

Result<jose::EncryptedMessage> to_key(cli::Context& context, ByteView plaintext,
                                      jose::Encryption how) {
    const cli::Args& args = context.args;
    const KeyWish wish{.use = "enc",
                       .alg = args.get("alg"),
                       .kid = args.get("kid"),
                       .subtle = args.flag("subtle")};
    const std::string file = args.get("key");
    STEP_ASSIGN(const jose::Jwk key, file.empty() ? read_key_of_set(context, args.get("jwks"), wish)
                                                  : read_key(context, file, wish));
    if (key.use == "sig") {
        return invalid("invalid jwk use: found 'sig' (signature), expecting 'enc' (encryption)");
    }
    STEP_TRY(validate_jwk(key));
    how.alg = how.alg.empty() ? key.alg : how.alg;
    how.kid = key.kid;
    if (!jose::is_key_algorithm(how.alg)) {
        return invalid_flag("alg", how.alg);
    }
    return jose::encrypt(plaintext, how, key, context.random);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0));
    STEP_ASSIGN(const Bytes input, context.console.read_stdin(kMaxPlaintext));
    STEP_TRY(check_flags(args));
    const jose::Encryption how{.alg = args.get("alg"),
                               .enc = args.get("enc").empty() ? "A256GCM" : args.get("enc"),
                               .kid = args.get("kid"),
                               .typ = args.get("typ"),
                               .cty = args.get("cty")};
    auto message = jose::is_password_algorithm(how.alg) ? to_password(context, input, how)
                                                        : to_key(context, input, how);
    if (!message) {
        return std::move(message).error();
    }
    context.console.out(json::encode(jose::to_json(*message)) + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_jwe_encrypt() {
    return {
        .path = "crypto jwe encrypt",
        .brief = "encrypt standard input as a JWE",
        .manual = kManual,
        .flags = {{.name = "alg/algorithm",
                   .value = "algorithm",
                   .help = "how the key of the content is encrypted; must fit the key",
                   .values = "RSA1_5 RSA-OAEP RSA-OAEP-256 A128KW A192KW A256KW dir ECDH-ES "
                             "ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW A128GCMKW A192GCMKW "
                             "A256GCMKW PBES2-HS256+A128KW PBES2-HS384+A192KW "
                             "PBES2-HS512+A256KW"},
                  {.name = "enc/encryption-algorithm",
                   .value = "algorithm",
                   .help = "how the content is encrypted",
                   .fallback = "A256GCM",
                   .values = "A128GCM A192GCM A256GCM A128CBC-HS256 A192CBC-HS384 A256CBC-HS512"},
                  {.name = "key", .value = "file", .help = "the recipient's key"},
                  {.name = "jwks", .value = "file", .help = "take the key of this set"},
                  {.name = "kid", .value = "id", .help = "the key's identifier"},
                  {.name = "typ/type", .value = "type", .help = "header: what the whole is"},
                  {.name = "cty/content-type",
                   .value = "type",
                   .help = "header: what the content is"},
                  {.name = "subtle",
                   .type = cli::FlagType::kBool,
                   .help = "let --alg go before what the key says",
                   .hidden = true}},
        .run = run};
}

}  // namespace step::commands
