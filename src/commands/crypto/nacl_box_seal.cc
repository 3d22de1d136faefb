#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_box_seal.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const BoxKeys keys, read_box_keys(args));
    STEP_ASSIGN(const Secret message,
                read_message(context, "Please enter text to seal", Coding::kRaw));
    STEP_ASSIGN(const Bytes sealed, crypto::nacl::seal_box(message.view(), keys.nonce,
                                                           keys.other.view(), keys.own.view()));
    print_sealed(context, sealed);
    return 0;
}

}  // namespace

cli::Command crypto_nacl_box_seal() {
    return {.path = "crypto nacl box seal",
            .brief = "encrypt a message to a public key",
            .usage = "<nonce> <recipient-pub-key> <priv-key>",
            .manual = kManual,
            .flags = raw_flag(),
            .run = run};
}

}  // namespace step::commands
