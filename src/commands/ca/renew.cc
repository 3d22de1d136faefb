#include <fmt/format.h>

#include "base/base64.h"
#include "base/files.h"
#include "base/hex.h"
#include "cli/files.h"
#include "commands/ca/after_renewal.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/ca/renewal_daemon.h"
#include "commands/errors.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/renew.md.inc"
    ;

constexpr std::int64_t kTokenSeconds = 300;
constexpr std::size_t kTokenIdBytes = 32;
constexpr std::string_view kPeriod = "renew-period";
constexpr const char* kFailed = "error renewing certificate: ";

/// Proves with the key of the certificate who asks, where TLS cannot: an expired certificate
/// does not get through its handshake.
Result<std::string> make_token(cli::Context& context, const std::string& url,
                               const Identity& identity) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(context.clock.now()).time_since_epoch().count();
    const crypto::PublicKey& key = identity.key.public_key();
    json::Array chain;
    for (const Bytes& der : identity.der()) {
        chain.push_back(encode_base64(der));
    }
    const json::Value payload(
        json::Object{{.name = "aud", .value = url + "/renew"},
                     {.name = "exp", .value = static_cast<std::int64_t>(now) + kTokenSeconds},
                     {.name = "iat", .value = static_cast<std::int64_t>(now)},
                     {.name = "iss", .value = "step-ca-client/1.0"},
                     {.name = "jti", .value = encode_hex(context.random.bytes(kTokenIdBytes))},
                     {.name = "nbf", .value = static_cast<std::int64_t>(now)},
                     {.name = "sub", .value = identity.chain.front().subject.common_name()}});
    return jose::sign_jws(json::encode(payload), jose::default_algorithm(key),
                          {{.name = "kid", .value = jose::thumbprint(key)},
                           {.name = "typ", .value = "JWT"},
                           {.name = "x5cInsecure", .value = std::move(chain)}},
                          identity.key);
}

Result<std::string> ask_ca(cli::Context& context, const std::string& url,
                           const Identity& identity) {
    const bool expired = context.clock.now() > identity.chain.front().not_after;
    if (!expired && context.args.flag("mtls")) {
        STEP_ASSIGN(client::CaClient ca,
                    connect(context, {.url = url, .chain = identity.der(), .key = &identity.key}));
        return explained(ca.renew(), kFailed);
    }
    STEP_ASSIGN(const std::string token, explained(make_token(context, url, identity), kFailed));
    STEP_ASSIGN(client::CaClient ca, connect(context, {.url = url}));
    return explained(ca.renew_with_token(token), kFailed);
}

Result<cli::ExitCode> stay(cli::Context& context, const RenewalPlan& plan, const std::string& url,
                           const std::string& out, Identity identity) {
    const RenewalSignals signals;
    bool written = out == context.args.positional(0);
    const RenewalJob job{
        .act = [&]() -> Result<x509::Certificate> {
            if (written) {
                STEP_TRY(reload_identity(context, out, context.args.positional(1), identity));
            }
            STEP_ASSIGN(const std::string chain, ask_ca(context, url, identity));
            STEP_ASSIGN(auto certificates, x509::parse_certificates_pem(chain));
            STEP_TRY(explained(write_file(out, chain, 0600), kFailed));
            written = true;
            identity.chain = std::move(certificates);
            return identity.chain.front();
        },
        .done = "renewed"};
    const x509::Certificate leaf = identity.chain.front();
    return run_renewal_daemon(context, plan, leaf, job,
                              [&](Duration at_most) { return signals.wait(at_most); });
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    STEP_TRY(check_renewal_flags(args, kPeriod));
    const std::string out = args.get("out").empty() ? args.positional(0) : args.get("out");
    STEP_ASSIGN(Identity identity, read_identity(context, args.positional(0), args.positional(1)));
    STEP_ASSIGN(const RenewalPlan plan, plan_renewal(context, kPeriod, identity.chain.front()));
    // Missing roots are told now, not when the day has come.
    STEP_TRY(root_certificates(context));
    if (args.flag("daemon")) {
        return stay(context, plan, url, out, std::move(identity));
    }
    if (!plan.due) {
        context.console.err(fmt::format("certificate not renewed: expires in {}\n",
                                        format_duration(plan.remaining)));
        return 0;
    }
    STEP_ASSIGN(const std::string chain, ask_ca(context, url, identity));
    STEP_TRY(explained(cli::write_output(context, out, chain), kFailed));
    context.console.err(fmt::format("Your certificate has been saved in {}.\n", out));
    return notify(context, plan);
}

}  // namespace

cli::Command ca_renew() {
    return {.path = "ca renew",
            .brief = "renew a certificate and keep its key",
            .usage = "<crt-file> <key-file>",
            .manual = kManual,
            .flags = join_flags({{{.name = "out/output-file",
                                   .value = "file",
                                   .help = "where the new certificate goes"},
                                  {.name = "mtls",
                                   .type = cli::FlagType::kBool,
                                   .help = "prove by TLS who asks; =false: by a token",
                                   .fallback = "true"}},
                                 renewal_flags(kPeriod),
                                 password_file_flag(),
                                 connection_flags(),
                                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
