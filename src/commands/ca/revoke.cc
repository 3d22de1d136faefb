#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/args.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/ca/token_flow.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "jose/jws.h"
#include "jose/jwt.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/revoke.md.inc"
    ;

struct Reason {
    std::string_view name;
    int code;
};
/// RFC 5280 5.3.1; 7 has no name.
constexpr Reason kReasons[] = {{"unspecified", 0},        {"keycompromise", 1},
                               {"cacompromise", 2},       {"affiliationchanged", 3},
                               {"superseded", 4},         {"cessationofoperation", 5},
                               {"certificatehold", 6},    {"removefromcrl", 8},
                               {"privilegewithdrawn", 9}, {"aacompromise", 10}};

Result<int> reason_code(const std::string& text) {
    if (text.empty()) {
        return 0;
    }
    int number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) {
        if (number < 0 || number > 10) {
            return invalid(fmt::format(
                "reasonCode out of bounds. Got {}, but want value between 0 and 10", number));
        }
        return number;
    }
    const std::string folded = to_lower(replace_all(text, " ", ""));
    for (const Reason& reason : kReasons) {
        if (reason.name == folded) {
            return reason.code;
        }
    }
    return invalid(fmt::format("unrecognized revocation reason code '{}'", text));
}

Result<std::string> decimal(const std::string& serial) {
    const auto parsed = x509::parse_serial(serial);
    if (!parsed) {
        return invalid(
            fmt::format("'{}' is not a valid serial number - use a base 10 "
                        "representation or add a prefix indicating the base",
                        serial));
    }
    return x509::serial_to_text(*parsed);
}

Status check_subject(const std::string& token, const std::string& serial) {
    const auto jws = jose::parse_jws(token);
    if (!jws) {
        return explain(jws.error(), "error parsing token: go-jose/go-jose: ");
    }
    const auto claims = jose::parse_claims(jws->payload);
    if (!claims) {
        return explain(claims.error(), "error parsing token: ");
    }
    if (!equal_fold(claims->subject, serial)) {
        return invalid(fmt::format("token subject '{}' and serial number '{}' do not match",
                                   claims->subject, serial));
    }
    return ok();
}

Result<cli::ExitCode> finish(cli::Context& context, client::CaClient& ca,
                             const client::RevokeRequest& request) {
    context.console.selected("CA", ca.url());
    STEP_TRY(explained(ca.revoke(request)));
    context.console.err(
        fmt::format("Certificate with Serial Number {} has been revoked.\n", request.serial));
    return 0;
}

Result<cli::ExitCode> by_certificate(cli::Context& context, client::RevokeRequest request) {
    const cli::Args& args = context.args;
    if (!args.positionals().empty()) {
        return invalid(
            fmt::format("'{} --cert <certificate> --key <key>' expects no additional positional "
                        "arguments",
                        args.command()));
    }
    STEP_ASSIGN(const Identity identity, read_identity(context, args.get("cert"), args.get("key")));
    request.serial = identity.chain.front().serial_text();
    STEP_ASSIGN(client::CaClient ca,
                connect(context, {.chain = identity.der(), .key = &identity.key}));
    return finish(context, ca, request);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    client::RevokeRequest request{.token = args.get("token"), .reason = args.get("reason")};
    if (args.get("cert").empty() != args.get("key").empty()) {
        return args.get("key").empty() ? needs_flag("cert", "key") : needs_flag("key", "cert");
    }
    STEP_ASSIGN(request.reason_code, reason_code(args.get("reasonCode")));
    if (!args.get("cert").empty()) {
        if (!request.token.empty()) {
            return incompatible("cert", "token");
        }
        return by_certificate(context, std::move(request));
    }
    STEP_TRY(args.expect_positionals(1));
    STEP_ASSIGN(request.serial, decimal(args.positional(0)));
    if (!request.token.empty()) {
        STEP_TRY(check_subject(request.token, request.serial));
        STEP_ASSIGN(client::CaClient ca, connect(context));
        return finish(context, ca, request);
    }
    STEP_ASSIGN(const std::string url, ca_url(context));
    if (url.empty()) {
        return invalid("flag '--ca-url' is required unless the '--token' flag is provided");
    }
    STEP_ASSIGN(const std::vector<Bytes> roots, root_certificates(context));
    STEP_ASSIGN(client::CaClient ca, connect(context, {.url = url, .roots = roots}));
    TokenRequest token{.purpose = TokenRequest::Purpose::kRevoke, .subject = request.serial};
    STEP_ASSIGN(request.token, new_token(context, ca, roots.front(), token));
    return finish(context, ca, request);
}

}  // namespace

cli::Command ca_revoke() {
    return {.path = "ca revoke",
            .brief = "revoke a certificate",
            .usage = "<serial-number>",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "cert", .value = "file", .help = "certificate to revoke"},
                  {.name = "key", .value = "file", .help = "key of that certificate"},
                  {.name = "reason", .value = "text", .help = "why, in words"},
                  {.name = "reasonCode", .value = "code", .help = "why, as a number or a name"},
                  {.name = "token", .value = "token", .help = "one-time token to use"}},
                 connection_flags()}),
            .run = run};
}

}  // namespace step::commands
