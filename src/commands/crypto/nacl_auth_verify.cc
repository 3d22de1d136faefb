#include "base/hex.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"
#include "commands/errors.h"
#include "crypto/digest.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_auth_verify.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const Secret key,
                read_raw_key(args.positional(0), "key file", crypto::nacl::kKeyBytes));
    const auto digest = parse_hex(args.positional(1));
    if (!digest) {
        return invalid("error decoding digest: " + digest.error().detail);
    }
    STEP_ASSIGN(const Secret message,
                read_message(context, "Please enter text to verify", Coding::kRaw));
    if (!crypto::equal_secrets(crypto::nacl::auth(message.view(), key.view()), *digest)) {
        return invalid("fail");
    }
    context.console.out("ok\n");
    return 0;
}

}  // namespace

cli::Command crypto_nacl_auth_verify() {
    return {.path = "crypto nacl auth verify",
            .brief = "check the authenticator of a message",
            .usage = "<key-file> <digest>",
            .manual = kManual,
            .flags = {},
            .run = run};
}

}  // namespace step::commands
