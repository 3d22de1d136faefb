#include <fmt/format.h>

#include "commands/crypto/crypto.h"
#include "commands/crypto/kdf_input.h"
#include "commands/errors.h"
#include "crypto/password_hash.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/kdf_compare.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    if (args.positionals().empty()) {
        return invalid(fmt::format("missing positional argument <PHC_HASH> in '{}'", args.usage()));
    }
    STEP_TRY(args.expect_positionals(1, 2));
    STEP_ASSIGN(const Secret password,
                kdf_input(context, 1, "Please enter the password to compare"));
    STEP_ASSIGN(const bool fits, crypto::check_password(password.view(), args.positional(0)));
    if (!fits) {
        return invalid("fail");
    }
    context.console.out("ok\n");
    return 0;
}

}  // namespace

cli::Command crypto_kdf_compare() {
    return {.path = "crypto kdf compare",
            .brief = "compare a password with a hash of one",
            .usage = "<phc-hash> [<input>]",
            .manual = kManual,
            .flags = {kdf_insecure_flag()},
            .run = run};
}

}  // namespace step::commands
