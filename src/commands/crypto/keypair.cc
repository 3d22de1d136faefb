#include <fmt/format.h>

#include "base/files.h"
#include "cli/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/key_files.h"
#include "crypto/pem_key.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/keypair.md.inc"
    ;

Result<AnyKey> from_jwk(cli::Context& context, const std::string& file) {
    for (const char* flag : {"kty", "curve", "size"}) {
        if (context.args.is_set(flag)) {
            return incompatible("from-jwk", flag);
        }
    }
    // Its password is asked for: --password-file is that of the new file.
    STEP_ASSIGN(jose::Jwk jwk, read_key(context, file, {}));
    if (!jwk.public_key) {
        return invalid("cannot serialize type '<nil>', value '<nil>'");
    }
    return AnyKey{.public_key = std::move(jwk.public_key),
                  .private_key = std::move(jwk.private_key)};
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    const std::string public_file = args.positional(0), private_file = args.positional(1);
    if (public_file == private_file) {
        return equal_positionals("PUB_FILE", "PRIV_FILE", args.usage());
    }
    STEP_TRY(check_no_password(args));
    AnyKey key;
    if (const std::string jwk = args.get("from-jwk"); !jwk.empty()) {
        STEP_ASSIGN(key, from_jwk(context, jwk));
    } else {
        STEP_ASSIGN(key.private_key, make_key(args, args.flag("insecure")));
        key.public_key = key.private_key->public_key();
    }
    std::optional<Secret> password;
    STEP_TRY(cli::confirm_overwrite(context, public_file));
    if (key.private_key) {
        STEP_TRY(cli::confirm_overwrite(context, private_file));
        STEP_ASSIGN(password, new_key_password(context));
    }
    if (const auto written = write_key_pair(context, public_file, private_file, key, password);
        !written) {
        return without_failed(written.error());
    }
    context.console.err(fmt::format("Your public key has been saved in {}.\n", public_file));
    context.console.err(key.private_key
                            ? fmt::format("Your private key has been saved in {}.\n", private_file)
                            : "Only the public PEM was generated.\n"
                              "Cannot retrieve a private key from a public one.\n");
    return 0;
}

}  // namespace

cli::Command crypto_keypair() {
    return {.path = "crypto keypair",
            .brief = "make a key pair in PEM files",
            .usage = "<pub_file> <priv_file>",
            .manual = kManual,
            .flags = join_flags({key_flags(),
                                 {{.name = "from-jwk",
                                   .value = "file",
                                   .help = "take the key of this JWK instead of a fresh one"}},
                                 password_file_flag(),
                                 no_password_flags(),
                                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
