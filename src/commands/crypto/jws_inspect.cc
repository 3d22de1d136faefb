#include "commands/crypto/crypto.h"
#include "commands/crypto/signing.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jws_inspect.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    if (!context.args.flag("insecure")) {
        return context.args.missing_flag("insecure");
    }
    STEP_ASSIGN(const std::string text, read_token_line(context));
    STEP_ASSIGN(const jose::SignedMessage message, parse_token(text));
    return print_jws(context, message);
}

}  // namespace

cli::Command crypto_jws_inspect() {
    return {.path = "crypto jws inspect",
            .brief = "print the payload of a JWS, unverified",
            .manual = kManual,
            .flags = {{.name = "json",
                       .type = cli::FlagType::kBool,
                       .help = "print header, payload and signature as JSON"},
                      {.name = "insecure",
                       .type = cli::FlagType::kBool,
                       .help = "required: nothing is verified",
                       .hidden = true}},
            .run = run};
}

}  // namespace step::commands
