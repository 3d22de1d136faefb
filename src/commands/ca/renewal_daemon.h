#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "commands/ca/after_renewal.h"
#include "x509/certificate.h"

namespace step::commands {

/// Why a wait ended.
enum class Wake : unsigned char { kTime, kRenewNow, kStop };

/// Waits, at most this long, for a signal: SIGHUP is kRenewNow, SIGINT and SIGTERM are kStop.
using Alarm = std::function<Wake(Duration)>;

/// What a daemon does again and again.
struct RenewalJob {
    /// Gets the next certificate, writes it and gives its leaf. A failure is tried again.
    std::function<Result<x509::Certificate>()> act{};
    std::string done{};          ///< For the log: "renewed".
    bool needs_valid = false;    ///< An expired certificate ends the daemon.
    std::string when_expired{};  ///< Then this is the error.
};

/// Renews as long as the process lives: at the times of renewal_schedule.h, at once on SIGHUP,
/// with hooks after each success; SIGINT and SIGTERM end it with exit code 0, after the renewal
/// that is under way. Failures are logged and never end it.
Result<cli::ExitCode> run_renewal_daemon(cli::Context& context, const RenewalPlan& plan,
                                         x509::Certificate leaf, const RenewalJob& job,
                                         const Alarm& alarm);

/// The signals of this process, from construction to destruction held back until the alarm asks
/// for them. `notify` gives its child back those of the start.
class RenewalSignals {
public:
    RenewalSignals();
    RenewalSignals(const RenewalSignals&) = delete;
    RenewalSignals& operator=(const RenewalSignals&) = delete;
    ~RenewalSignals();
    Wake wait(Duration at_most) const;
    /// Readable while a signal is held back; -1 if there can be none.
    int pending_fd() const;

private:
    struct Sets;
    std::unique_ptr<Sets> sets_;
};

}  // namespace step::commands
