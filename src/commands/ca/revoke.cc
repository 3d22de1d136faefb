#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "commands/ca/ca_access.h"
#include "commands/ca/commands.h"
#include "commands/errors.h"

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

Result<cli::ExitCode> finish(cli::Context& context, client::CaClient& ca,
                             const client::RevokeRequest& request) {
    if (!context.args.flag("offline")) {
        context.console.selected("CA", ca.url());
    }
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
    STEP_ASSIGN(const CaAccess access, CaAccess::open(context));
    STEP_ASSIGN(client::CaClient ca, access.connect(context, &identity));
    return finish(context, ca, request);
}

Result<cli::ExitCode> by_token(cli::Context& context, const client::RevokeRequest& request) {
    STEP_ASSIGN(const TokenFacts facts, read_token(request.token));
    if (!equal_fold(facts.subject, request.serial)) {
        return invalid(fmt::format("token subject '{}' and serial number '{}' do not match",
                                   facts.subject, request.serial));
    }
    STEP_ASSIGN(client::CaClient ca, connect_for_token(context, facts));
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
    STEP_TRY(check_offline_flags(args));
    if (!args.get("cert").empty()) {
        if (!request.token.empty()) {
            return incompatible("cert", "token");
        }
        return by_certificate(context, std::move(request));
    }
    STEP_TRY(args.expect_positionals(1));
    STEP_ASSIGN(request.serial, decimal(args.positional(0)));
    if (!request.token.empty()) {
        return by_token(context, request);
    }
    STEP_TRY(require_ca_url_or_token(context));
    STEP_ASSIGN(const CaAccess access, CaAccess::open(context));
    STEP_ASSIGN(client::CaClient ca, access.connect(context));
    STEP_ASSIGN(const TokenSource source, access.tokens(ca));
    TokenRequest token{.purpose = Purpose::kRevoke, .subject = request.serial};
    STEP_ASSIGN(request.token, new_token(context, source, token));
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
                 provisioner_flags(),
                 password_file_flag(),
                 offline_flags(),
                 connection_flags()}),
            .run = run};
}

}  // namespace step::commands
