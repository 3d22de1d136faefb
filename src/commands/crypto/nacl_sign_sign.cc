#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_sign_sign.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_ASSIGN(const Secret key,
                read_raw_key(args.positional(0), "private key", crypto::nacl::kSigningKeyBytes));
    STEP_ASSIGN(const Secret message,
                read_message(context, "Please enter text to sign", Coding::kRaw));
    print_sealed(context, crypto::nacl::sign(message.view(), key.view()));
    return 0;
}

}  // namespace

cli::Command crypto_nacl_sign_sign() {
    return {.path = "crypto nacl sign sign",
            .brief = "sign a message",
            .usage = "<priv-file>",
            .manual = kManual,
            .flags = raw_flag(),
            .run = run};
}

}  // namespace step::commands
