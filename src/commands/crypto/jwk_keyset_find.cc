#include "commands/crypto/crypto.h"
#include "commands/crypto/key_set_file.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_keyset_find.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(const KeySetFile set, KeySetFile::open(context.args.positional(0)));
    for (const jose::Jwk& key : set.keys) {
        if (key.kid == context.args.get("kid")) {
            context.console.out(json::encode_indent(jose::private_jwk(key), "  ") + "\n");
        }
    }
    return 0;
}

}  // namespace

cli::Command crypto_jwk_keyset_find() {
    return {.path = "crypto jwk keyset find",
            .brief = "print keys of a key set",
            .usage = "<jwks-file> [--kid=<kid>]",
            .manual = kManual,
            .flags = {{.name = "kid", .value = "id", .help = "the identifier of the keys"}},
            .run = run};
}

}  // namespace step::commands
