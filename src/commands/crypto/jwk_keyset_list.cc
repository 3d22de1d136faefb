#include "commands/crypto/crypto.h"
#include "commands/crypto/key_set_file.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_keyset_list.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(const KeySetFile set, KeySetFile::open(context.args.positional(0)));
    for (const jose::Jwk& key : set.keys) {
        context.console.out(key.kid + "\n");
    }
    return 0;
}

}  // namespace

cli::Command crypto_jwk_keyset_list() {
    return {.path = "crypto jwk keyset list",
            .brief = "print the identifiers of the keys in a key set",
            .usage = "<jwks-file>",
            .manual = kManual,
            .run = run};
}

}  // namespace step::commands
