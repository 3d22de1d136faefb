#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_secretbox_open.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const Bytes nonce, parse_nonce(args.positional(0)));
    STEP_ASSIGN(const Secret key, read_raw_key(args.positional(1), "key", crypto::nacl::kKeyBytes));
    STEP_ASSIGN(const Secret sealed,
                read_message(context, "Please enter text to open",
                             args.flag("raw") ? Coding::kRaw : Coding::kBase64));
    STEP_ASSIGN(const Secret message,
                crypto::nacl::open_secretbox(sealed.view(), nonce, key.view()));
    context.console.out(message.view());
    return 0;
}

}  // namespace

cli::Command crypto_nacl_secretbox_open() {
    return {.path = "crypto nacl secretbox open",
            .brief = "decrypt a message with a secret key",
            .usage = "<nonce> <key-file>",
            .manual = kManual,
            .flags = raw_flag(),
            .run = run};
}

}  // namespace step::commands
