#include "commands/crypto/crypto.h"
#include "commands/crypto/signing.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwt_inspect.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    if (!context.args.flag("insecure")) {
        return context.args.missing_flag("insecure");
    }
    STEP_ASSIGN(const std::string text, read_token_line(context));
    STEP_ASSIGN(const jose::SignedMessage token, parse_token(text));
    STEP_ASSIGN(const std::string shown, describe(token, Payload::kJson));
    context.console.out(shown);
    return 0;
}

}  // namespace

cli::Command crypto_jwt_inspect() {
    return {.path = "crypto jwt inspect",
            .brief = "show what a JSON Web Token says, unverified",
            .manual = kManual,
            .flags = {{.name = "insecure",
                       .type = cli::FlagType::kBool,
                       .help = "required: nothing is verified",
                       .hidden = true}},
            .run = run};
}

}  // namespace step::commands
