#include "cli/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/kdf_input.h"
#include "commands/errors.h"
#include "crypto/password_hash.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/kdf_hash.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    const std::string name = args.get("alg");
    const auto how = crypto::find_password_hash(name);
    if (!how) {
        return invalid_flag("alg", name);
    }
    STEP_TRY(args.expect_positionals(0, 1));
    STEP_ASSIGN(const Secret password, kdf_input(context, 0, "Please enter the password to hash"));
    STEP_ASSIGN(const std::string hash,
                crypto::hash_password(*how, password.view(), context.random));
    context.console.out(hash + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_kdf_hash() {
    return {.path = "crypto kdf hash",
            .brief = "make a hash of a password",
            .usage = "[<input>]",
            .manual = kManual,
            .flags = {{.name = "alg",
                       .value = "algorithm",
                       .help = "scrypt, bcrypt, argon2i or argon2id",
                       .fallback = "scrypt",
                       .values = "scrypt bcrypt argon2i argon2id"},
                      kdf_insecure_flag()},
            .run = run};
}

}  // namespace step::commands
