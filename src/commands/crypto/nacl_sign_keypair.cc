#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_sign_keypair.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    return write_raw_keys(context, crypto::nacl::make_sign_keys);
}

}  // namespace

cli::Command crypto_nacl_sign_keypair() {
    return {.path = "crypto nacl sign keypair",
            .brief = "make a key pair for signatures",
            .usage = "<pub-file> <priv-file>",
            .manual = kManual,
            .flags = force_flag(),
            .run = run};
}

}  // namespace step::commands
