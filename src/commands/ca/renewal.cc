#include "commands/ca/renewal.h"

#include <fmt/format.h>

#include "commands/ca/renewal_daemon.h"

namespace step::commands {
namespace {

/// A log names what failed also where people read the words of the CA alone.
Status in_log(Status done, const std::string& failed) {
    if (done || !done.error().has_reason(cli::kMoreWithDebug)) {
        return done;
    }
    Error error = std::move(done).error();
    error.detail.insert(0, failed);
    return error;
}

Result<cli::ExitCode> stay(cli::Context& context, Renewal& renewal, const Repetition& again) {
    const RenewalSignals signals;
    const cli::Args& args = context.args;
    bool written =
        again.certificate_file == args.positional(0) && again.key_file == args.positional(1);
    const RenewalJob job{.act = [&]() -> Result<x509::Certificate> {
                             if (written) {
                                 STEP_TRY(reload_identity(context, again.certificate_file,
                                                          again.key_file, renewal.identity));
                             }
                             STEP_TRY(in_log(again.act(renewal.identity), again.failed));
                             written = true;
                             return renewal.identity.chain.front();
                         },
                         .done = again.done,
                         .needs_valid = !again.when_expired.empty(),
                         .when_expired = again.when_expired};
    const x509::Certificate leaf = renewal.identity.chain.front();
    return run_renewal_daemon(context, renewal.plan, leaf, job,
                              [&](Duration at_most) { return signals.wait(at_most); });
}

constexpr ForeignFlag kForeign[] = {{"kms", cli::FlagType::kString, "a key store (KMS)"}};

}  // namespace

Flags shared_renewal_flags(std::string_view period) {
    return join_flags({renewal_flags(period), password_file_flag(), offline_flags(),
                       foreign_flags(kForeign), connection_flags(), force_flag()});
}

Result<Renewal> begin_renewal(cli::Context& context, std::string_view period) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_TRY(refuse_foreign_flags(args, kForeign));
    if (!args.flag("offline")) {
        STEP_TRY(require_ca_url(context));
    }
    STEP_TRY(check_renewal_flags(args, period));
    STEP_ASSIGN(Identity identity, read_identity(context, args.positional(0), args.positional(1)));
    STEP_ASSIGN(RenewalPlan plan, plan_renewal(context, period, identity.chain.front()));
    STEP_ASSIGN(CaAccess access, CaAccess::open(context));
    return Renewal{
        .access = std::move(access), .identity = std::move(identity), .plan = std::move(plan)};
}

Result<std::optional<cli::ExitCode>> stay_or_wait(cli::Context& context, Renewal& renewal,
                                                  const Repetition& again) {
    if (context.args.flag("daemon")) {
        STEP_ASSIGN(const cli::ExitCode code, stay(context, renewal, again));
        return std::optional(code);
    }
    if (renewal.plan.due) {
        return std::optional<cli::ExitCode>();
    }
    context.console.err(fmt::format("certificate not {}: expires in {}\n", again.done,
                                    format_duration(renewal.plan.remaining)));
    return std::optional<cli::ExitCode>(0);
}

}  // namespace step::commands
