#include "base/hex.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_auth_digest.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(const Secret key,
                read_raw_key(context.args.positional(0), "key file", crypto::nacl::kKeyBytes));
    STEP_ASSIGN(const Secret message,
                read_message(context, "Please enter text to digest", Coding::kRaw));
    context.console.out(encode_hex(crypto::nacl::auth(message.view(), key.view())) + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_nacl_auth_digest() {
    return {.path = "crypto nacl auth digest",
            .brief = "make the authenticator of a message",
            .usage = "<key-file>",
            .manual = kManual,
            .flags = {},
            .run = run};
}

}  // namespace step::commands
