#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "cli/command.h"
#include "commands/flags.h"
#include "x509/certificate.h"

namespace step::commands {

// What renew and rekey share: when to act, and whom to tell afterwards.

/// --expires-in, --pid, --pid-file, --signal, --exec, --daemon and `period`, which is
/// "renew-period" or "rekey-period".
Flags renewal_flags(std::string_view period);

struct RenewalPlan {
    bool due = true;
    Duration remaining{};  ///< Until the certificate expires.
    int pid = 0;           ///< 0: nobody.
    int signal = 1;
    std::string exec{};
    std::optional<Duration> expires_in{}, period{};
};

/// Checks those flags. `due` is false if --expires-in says that there is time left; up to a
/// twentieth of it is added at random, so that a fleet does not renew in one moment.
Result<RenewalPlan> plan_renewal(cli::Context& context, std::string_view period,
                                 const x509::Certificate& certificate);
/// The part of the checks that needs no certificate.
Status check_renewal_flags(const cli::Args& args, std::string_view period);

/// Sends the signal and runs the command; the exit code is the command's.
Result<cli::ExitCode> run_hooks(const RenewalPlan& plan);
/// The same, and says on stderr if that is not 0.
Result<cli::ExitCode> notify(cli::Context& context, const RenewalPlan& plan);

}  // namespace step::commands
