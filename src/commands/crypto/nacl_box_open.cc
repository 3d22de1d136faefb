#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_box_open.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const BoxKeys keys, read_box_keys(args));
    STEP_ASSIGN(const Secret sealed,
                read_message(context, "Please enter text to open",
                             args.flag("raw") ? Coding::kRaw : Coding::kBase64));
    STEP_ASSIGN(const Secret message, crypto::nacl::open_box(sealed.view(), keys.nonce,
                                                             keys.other.view(), keys.own.view()));
    context.console.out(message.view());
    return 0;
}

}  // namespace

cli::Command crypto_nacl_box_open() {
    return {.path = "crypto nacl box open",
            .brief = "decrypt a message from the owner of a public key",
            .usage = "<nonce> <sender-pub-key> <priv-key>",
            .manual = kManual,
            .flags = raw_flag(),
            .run = run};
}

}  // namespace step::commands
