#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/renew_token.h"
#include "commands/ca/renewal.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/renew.md.inc"
    ;

constexpr std::size_t kTokenIdBytes = 32;
constexpr std::string_view kPeriod = "renew-period";
constexpr const char* kFailed = "error renewing certificate: ";

Result<std::string> ask_ca(cli::Context& context, const CaAccess& access,
                           const Identity& identity) {
    const bool expired = context.clock.now() > identity.chain.front().not_after;
    if (!expired && context.args.flag("mtls")) {
        STEP_ASSIGN(client::CaClient ca, explained(access.connect(context, &identity), kFailed));
        return explained(ca.renew(), kFailed);
    }
    STEP_ASSIGN(const std::string token,
                explained(renew_token(context, access.url() + "/renew", identity,
                                      encode_hex(context.random.bytes(kTokenIdBytes))),
                          kFailed));
    // A certificate of the connection would be renewed in place of the one in the token.
    STEP_ASSIGN(client::CaClient ca, access.connect(context, nullptr, CaAccess::Show::kNothing));
    return explained(ca.renew_with_token(token), kFailed);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(Renewal renewal, begin_renewal(context, kPeriod));
    const std::string out = args.get("out").empty() ? args.positional(0) : args.get("out");
    const auto renew_to_file = [&](Identity& identity) -> Status {
        STEP_ASSIGN(const std::string chain, ask_ca(context, renewal.access, identity));
        STEP_ASSIGN(auto certificates, x509::parse_certificates_pem(chain));
        STEP_TRY(explained(write_file(out, chain, 0600), kFailed));
        identity.chain = std::move(certificates);
        return ok();
    };
    STEP_ASSIGN(const auto code, stay_or_wait(context, renewal,
                                              {.certificate_file = out,
                                               .key_file = args.positional(1),
                                               .done = "renewed",
                                               .failed = kFailed,
                                               .act = renew_to_file}));
    if (code) {
        return *code;
    }
    STEP_ASSIGN(const std::string chain, ask_ca(context, renewal.access, renewal.identity));
    STEP_TRY(cli::confirm_overwrite(context, out));
    STEP_TRY(explained(write_file(out, chain, 0600), kFailed));
    context.console.err(fmt::format("Your certificate has been saved in {}.\n", out));
    return notify(context, renewal.plan);
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
                                 shared_renewal_flags(kPeriod)}),
            .run = run};
}

}  // namespace step::commands
