#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_secretbox_seal.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const Bytes nonce, parse_nonce(args.positional(0)));
    STEP_ASSIGN(const Secret key, read_raw_key(args.positional(1), "key", crypto::nacl::kKeyBytes));
    STEP_ASSIGN(const Secret message,
                read_message(context, "Please enter text to seal", Coding::kRaw));
    print_sealed(context, crypto::nacl::seal_secretbox(message.view(), nonce, key.view()));
    return 0;
}

}  // namespace

cli::Command crypto_nacl_secretbox_seal() {
    return {.path = "crypto nacl secretbox seal",
            .brief = "encrypt a message with a secret key",
            .usage = "<nonce> <key-file>",
            .manual = kManual,
            .flags = raw_flag(),
            .run = run};
}

}  // namespace step::commands
