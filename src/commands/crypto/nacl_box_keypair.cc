#include "commands/crypto/crypto.h"
#include "commands/crypto/nacl_input.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/nacl_box_keypair.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    return write_raw_keys(context, crypto::nacl::make_box_keys);
}

}  // namespace

cli::Command crypto_nacl_box_keypair() {
    return {.path = "crypto nacl box keypair",
            .brief = "make a key pair for boxes",
            .usage = "<pub-file> <priv-file>",
            .manual = kManual,
            .flags = force_flag(),
            .run = run};
}

}  // namespace step::commands
