#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_sign_open.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_ASSIGN(const Secret key,
                read_raw_key(args.positional(0), "public key", crypto::nacl::kKeyBytes));
    STEP_ASSIGN(const Secret input,
                read_message(context, "Write signed message to open",
                             args.flag("raw") ? Coding::kRaw : Coding::kBase64));
    STEP_ASSIGN(const Bytes message, crypto::nacl::open_signed(input.view(), key.view()));
    context.console.out(message);
    return 0;
}

}  // namespace

cli::Command crypto_nacl_sign_open() {
    return {.path = "crypto nacl sign open",
            .brief = "check a signed message and print it",
            .usage = "<pub-file>",
            .manual = kManual,
            .flags = raw_flag(),
            .run = run};
}

}  // namespace step::commands
