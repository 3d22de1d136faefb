#include <fmt/format.h>

#include "base/text.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/signing.h"
#include "commands/errors.h"
#include "jose/jwt.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwt_verify.md.inc"
    ;

Status check_required(const cli::Args& args) {
    if (!args.flag("subtle")) {
        for (const char* flag : {"iss", "aud"}) {
            if (args.get(flag).empty()) {
                return invalid(fmt::format(
                    "flag '--{}' is required unless the '--subtle' flag is provided", flag));
            }
        }
    }
    return args.flag("no-exp-check") && !args.flag("insecure")
               ? Status(needs_flag("no-exp-check", "insecure"))
               : ok();
}

/// How long ago `expires` was, to the millisecond. The difference of any claim fits a double.
std::string overdue(SysSeconds expires, SysTime now) {
    constexpr double kMost = 9.2e9;  // What Go's durations hold, in seconds.
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count() -
                           static_cast<double>(expires.time_since_epoch().count());
    return format_duration(std::chrono::round<std::chrono::milliseconds>(
        std::chrono::duration<double>(std::min(seconds, kMost))));
}

Status check(const cli::Args& args, const jose::Claims& claims, SysTime now) {
    std::vector<std::string> wrong;
    if (const std::string issuer = args.get("iss"); !issuer.empty() && issuer != claims.issuer) {
        wrong.emplace_back("invalid issuer claim (iss)");
    }
    if (const std::string audience = args.get("aud");
        !audience.empty() &&
        std::ranges::find(claims.audience, audience) == claims.audience.end()) {
        wrong.emplace_back("invalid audience claim (aud)");
    }
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(now);
    if (claims.not_before && second < *claims.not_before) {
        wrong.emplace_back("token not valid yet (nbf)");
    }
    const bool expired =
        claims.expires && (*claims.expires < second || (*claims.expires == second && now > second));
    if (expired && !args.flag("no-exp-check")) {
        wrong.push_back(fmt::format("token is expired by {} (exp)", overdue(*claims.expires, now)));
    }
    return wrong.empty() ? ok() : Status(invalid("validation failed: " + join(wrong, ", ")));
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0));
    STEP_ASSIGN(const std::string text, read_token_line(context));
    STEP_ASSIGN(const jose::SignedMessage token, parse_token(text));
    STEP_TRY(check_required(args));
    STEP_ASSIGN(const jose::Jwk key, read_verifying_key(context, token));
    STEP_TRY(check_shape(token));
    if (!args.flag("subtle")) {
        STEP_TRY(check_alg(args.get("alg"), token, "JWT"));
    }
    if (!jose::verify_signed(token, 0, key)) {
        return invalid("validation failed: invalid signature");
    }
    const auto claims = jose::parse_claims(token.payload);
    if (!claims) {
        return invalid("claim verify failed: go-jose/go-jose/jwt: " + claims.error().detail);
    }
    STEP_TRY(check(args, *claims, context.clock.now()));
    STEP_ASSIGN(const std::string shown, describe(token, Payload::kJson));
    context.console.out(shown);
    return 0;
}

}  // namespace

cli::Command crypto_jwt_verify() {
    return {.path = "crypto jwt verify",
            .brief = "check a JSON Web Token and show what it says",
            .usage = "",
            .manual = kManual,
            .flags = join_flags(
                {verifying_flags(),
                 {{.name = "iss/issuer", .value = "issuer", .help = "who must have made it"},
                  {.name = "aud/audience", .value = "audience", .help = "whom it must be for"},
                  {.name = "no-exp-check",
                   .type = cli::FlagType::kBool,
                   .help = "let expired tokens pass; needs --insecure",
                   .hidden = true}},
                 password_file_flag()}),
            .run = run};
}

}  // namespace step::commands
