#include "commands/crypto/crypto.h"
#include "commands/crypto/key_set_file.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_keyset_remove.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(KeySetFile set, KeySetFile::open(context.args.positional(0)));
    const std::string kid = context.args.get("kid");
    std::erase_if(set.keys, [&](const jose::Jwk& key) { return key.kid == kid; });
    STEP_TRY(set.save());
    return 0;
}

}  // namespace

cli::Command crypto_jwk_keyset_remove() {
    return {.path = "crypto jwk keyset remove",
            .brief = "take keys out of a key set",
            .usage = "<jwks-file> [--kid=<kid>]",
            .manual = kManual,
            .flags = {{.name = "kid", .value = "id", .help = "the identifier of the keys"}},
            .run = run};
}

}  // namespace step::commands
