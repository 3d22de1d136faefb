#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/text.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/signing.h"
#include "commands/errors.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr std::string_view kManual =
#include "commands/crypto/jwt_sign.md.inc"
    ;

constexpr std::size_t kIdBytes = 32, kShortIdBytes = 20, kMaxPayload = std::size_t{8} << 20;

/// The payload's members: of a file, of standard input, or none.
Result<json::Value> read_payload(cli::Context& context) {
    const std::string file = context.args.positional(0);
    json::Value none{json::Object{}};
    if (file.empty() && !context.console.has_input()) {
        return none;
    }
    const bool piped = file.empty() || file == "-";
    STEP_ASSIGN(const Bytes text,
                piped ? context.console.read_stdin(kMaxPayload) : read_file(file, kMaxPayload));
    if (file.empty() && trim(text).empty()) {
        return none;  // Some CI systems give every command an empty pipe.
    }
    const std::string prefix = fmt::format("error decoding JSON from {}: ", piped ? "STDIN" : file);
    auto value = json::parse(text, {.trailing = json::ParseOptions::Trailing::kIgnore});
    if (!value) {
        return invalid(prefix + (trim(text).empty() ? "EOF" : std::move(value).error().detail));
    }
    if (value->is_null()) {
        return none;
    }
    if (value->as_object() == nullptr) {
        return invalid(fmt::format(
            "{}json: cannot unmarshal {} into Go value of type map[string]interface {{}}", prefix,
            value->kind()));
    }
    return *std::move(value);
}

std::string token_id(cli::Context& context) {
    const cli::Args& args = context.args;
    if (!args.is_set("jti")) {
        return encode_hex(context.random.bytes(kIdBytes));
    }
    const std::string id = args.get("jti");
    return id.empty() ? encode_hex(context.random.bytes(kShortIdBytes)) : id;
}

std::int64_t seconds_of(SysTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

bool is_past(std::int64_t seconds, SysTime now) {
    // Not by subtracting: the flag may hold any number.
    return seconds < seconds_of(now) ||
           (seconds == seconds_of(now) && now > std::chrono::floor<std::chrono::seconds>(now));
}

Status check_claims(const cli::Args& args) {
    for (const char* flag : {"iss", "aud", "sub", "exp"}) {
        const bool missing =
            std::string_view(flag) == "exp" ? args.integer(flag) == 0 : args.get(flag).empty();
        if (missing) {
            return invalid(fmt::format("flag '--{}' is required unless '--subtle' is used", flag));
        }
    }
    return ok();
}

json::Value make_claims(cli::Context& context) {
    const cli::Args& args = context.args;
    const std::int64_t now = seconds_of(context.clock.now());
    json::Value claims{json::Object{}};
    const auto text = [&](std::string_view name) {
        if (const std::string value = args.get(name); !value.empty()) {
            claims.set(name, value);
        }
    };
    const std::vector<std::string> audiences = args.list("aud");
    if (audiences.size() == 1) {
        claims.set("aud", audiences.front());
    } else if (!audiences.empty()) {
        claims.set("aud", json::Array(audiences.begin(), audiences.end()));
    }
    if (args.integer("exp") != 0) {
        claims.set("exp", args.integer("exp"));
    }
    for (const char* flag : {"iat", "nbf"}) {
        claims.set(flag, args.integer(flag) != 0 ? args.integer(flag) : now);
    }
    text("iss");
    text("sub");
    claims.set("jti", token_id(context));
    return claims;
}

Status add_headers(const cli::Args& args, json::Value& header) {
    for (const std::string& pair : args.list("header")) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos) {
            return invalid_flag("header", pair);
        }
        header.set(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return ok();
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    STEP_ASSIGN(const json::Value payload, read_payload(context));
    STEP_ASSIGN(const SigningKey key,
                read_signing_key(context, args.flag("x5c-insecure") ? "x5cInsecure" : "x5c"));
    if (!args.flag("subtle")) {
        if (args.is_set("exp") && is_past(args.integer("exp"), context.clock.now())) {
            return invalid(
                "flag '--exp' must be in the future unless the '--subtle' flag is provided");
        }
        STEP_TRY(check_claims(args));
    }
    json::Value claims = make_claims(context);
    for (const json::Member& member : *payload.as_object()) {
        claims.set(member.name, member.value);
    }
    json::Value header(key.header);
    header.set("typ", "JWT");
    STEP_TRY(add_headers(args, header));
    STEP_ASSIGN(const std::string token,
                jose::sign_compact(json::encode(json::sorted(claims)), key.key.alg,
                                   *header.as_object(), key.key));
    context.console.out(token + "\n");
    return 0;
}

Flags claim_flags() {
    return {
        {.name = "iss/issuer", .value = "issuer", .help = "who made the token"},
        {.name = "aud/audience",
         .type = FlagType::kList,
         .value = "audience",
         .help = "who it is for; may be given several times"},
        {.name = "sub/subject", .value = "subject", .help = "whom it is about"},
        {.name = "exp/expiration",
         .type = FlagType::kInt,
         .value = "seconds",
         .help = "when it expires, in Unix time"},
        {.name = "nbf/not-before",
         .type = FlagType::kInt,
         .value = "seconds",
         .help = "when it begins to count"},
        {.name = "iat/issued-at",
         .type = FlagType::kInt,
         .value = "seconds",
         .help = "when it was made"},
        {.name = "jti/jwt-id", .value = "id", .help = "the token's own identifier"},
        {.name = "header",
         .type = FlagType::kList,
         .value = "key=value",
         .help = "one more member of the header"},
        {.name = "x5c-insecure", .type = FlagType::kBool, .help = "call the chain x5cInsecure"}};
}

}  // namespace

cli::Command crypto_jwt_sign() {
    return {.path = "crypto jwt sign",
            .brief = "make a signed JSON Web Token",
            .usage = "[- | <filename>]",
            .manual = kManual,
            .flags = join_flags({signing_flags(), claim_flags()}),
            .run = run};
}

}  // namespace step::commands
