#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"
#include "commands/crypto/key_set_file.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_keyset_add.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(jose::Jwk key, read_piped_key(context));
    STEP_ASSIGN(KeySetFile set, KeySetFile::open(context.args.positional(0)));
    set.keys.push_back(std::move(key));
    STEP_TRY(set.save());
    return 0;
}

}  // namespace

cli::Command crypto_jwk_keyset_add() {
    return {.path = "crypto jwk keyset add",
            .brief = "put a JSON Web Key into a key set",
            .usage = "<jwks-file>",
            .manual = kManual,
            .run = run};
}

}  // namespace step::commands
