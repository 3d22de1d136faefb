#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_thumbprint.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(const jose::Jwk key, read_piped_key(context));
    context.console.out(jose::thumbprint(key) + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_jwk_thumbprint() {
    return {.path = "crypto jwk thumbprint",
            .brief = "print the thumbprint of a JSON Web Key",
            .manual = kManual,
            .run = run};
}

}  // namespace step::commands
