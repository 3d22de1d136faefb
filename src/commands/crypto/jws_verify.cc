#include "commands/crypto/crypto.h"
#include "commands/crypto/signing.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jws_verify.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0));
    STEP_ASSIGN(const std::string text, read_token_line(context));
    STEP_ASSIGN(const jose::SignedMessage message, parse_token(text));
    STEP_ASSIGN(const jose::Jwk key, read_verifying_key(context, message));
    STEP_TRY(check_shape(message));
    STEP_TRY(check_alg(args.get("alg"), message, "JWS"));
    if (!jose::verify_signed(message, 0, key)) {
        return invalid("validation failed: invalid signature");
    }
    return print_jws(context, message);
}

}  // namespace

cli::Command crypto_jws_verify() {
    return {.path = "crypto jws verify",
            .brief = "check a JWS and print its payload",
            .manual = kManual,
            .flags = join_flags({verifying_flags(),
                                 {{.name = "json",
                                   .type = cli::FlagType::kBool,
                                   .help = "print header, payload and signature as JSON"}}}),
            .run = run};
}

}  // namespace step::commands
