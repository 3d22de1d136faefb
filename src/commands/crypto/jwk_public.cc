#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_public.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(const jose::Jwk key, read_piped_key(context));
    context.console.out(json::encode_indent(jose::public_jwk(key), "  ") + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_jwk_public() {
    return {.path = "crypto jwk public",
            .brief = "print the public part of a JSON Web Key",
            .manual = kManual,
            .run = run};
}

}  // namespace step::commands
