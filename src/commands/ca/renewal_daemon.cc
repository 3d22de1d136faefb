#include "commands/ca/renewal_daemon.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include <fmt/format.h>

#include "commands/ca/renewal_schedule.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

/// A sleeping machine stops the timer of a wait; after it wakes up, this is how long it takes
/// until somebody looks at the calendar.
constexpr Duration kLongestNap = std::chrono::seconds(30);

std::string rounded(Duration duration) {
    return format_duration(std::chrono::round<std::chrono::seconds>(duration));
}

/// Waits for the appointment, looking at both clocks on the way.
Wake wait_for(const Appointment& appointment, const Clock& clock, const Alarm& alarm) {
    while (true) {
        const Duration left = until(appointment, clock);
        const Wake wake = alarm(std::clamp(left, Duration::zero(), kLongestNap));
        if (wake != Wake::kTime || left <= Duration::zero()) {
            return wake;
        }
    }
}

class Log {
public:
    explicit Log(cli::Context& context) : context_(context) {}
    void info(const std::string& text) {
        context_.console.out(
            fmt::format("INFO: {} {}\n", format_log_time(context_.clock.now()), text));
    }
    void error(const Error& error) {
        std::string text = error.detail.empty() ? error.cause : error.detail;
        context_.console.err(
            fmt::format("ERROR: {} {}\n", format_log_time(context_.clock.now()), text));
    }

private:
    cli::Context& context_;
};

}  // namespace

struct RenewalSignals::Sets {
    sigset_t ours{}, before{};
    int pending = -1;
};

RenewalSignals::RenewalSignals() : sets_(std::make_unique<Sets>()) {
    (void)sigemptyset(&sets_->ours);
    for (const int number : {SIGHUP, SIGINT, SIGTERM}) {
        (void)sigaddset(&sets_->ours, number);
    }
    (void)pthread_sigmask(SIG_BLOCK, &sets_->ours, &sets_->before);
    sets_->pending = ::signalfd(-1, &sets_->ours, SFD_CLOEXEC | SFD_NONBLOCK);
}

RenewalSignals::~RenewalSignals() {
    if (sets_->pending >= 0) {
        ::close(sets_->pending);
    }
    (void)pthread_sigmask(SIG_SETMASK, &sets_->before, nullptr);
}

int RenewalSignals::pending_fd() const {
    return sets_->pending;
}

Wake RenewalSignals::wait(Duration at_most) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
    const timespec limit{.tv_sec = seconds.count(),
                         .tv_nsec = static_cast<long>((at_most - seconds).count())};
    const int number = sigtimedwait(&sets_->ours, nullptr, &limit);
    if (number == SIGHUP) {
        return Wake::kRenewNow;
    }
    return number > 0 ? Wake::kStop : Wake::kTime;
}

Result<cli::ExitCode> run_renewal_daemon(cli::Context& context, const RenewalPlan& plan,
                                         x509::Certificate leaf, const RenewalJob& job,
                                         const Alarm& alarm) {
    Log log(context);
    const auto next = [&] {
        return wait_for_renewal({.not_before = leaf.not_before,
                                 .not_after = leaf.not_after,
                                 .expires_in = plan.expires_in,
                                 .period = plan.period},
                                context.clock.now(), context.random);
    };
    Duration wait = next();
    log.info(fmt::format("first renewal in {}", rounded(wait)));
    for (unsigned failures = 0;;) {
        const Appointment appointment = make_appointment(context.clock, wait);
        if (wait_for(appointment, context.clock, alarm) == Wake::kStop) {
            return 0;
        }
        if (job.needs_valid && context.clock.now() > leaf.not_after) {
            return invalid(job.when_expired);
        }
        Result<x509::Certificate> renewed = job.act();
        if (!renewed) {
            log.error(renewed.error());
            wait = wait_after_failure(++failures, leaf.not_after - context.clock.now(),
                                      context.random);
            continue;
        }
        failures = 0;
        leaf = *std::move(renewed);
        // A rule that is always due (backdating shortens what is left) must not flood the CA.
        wait = std::max<Duration>(next(), (leaf.not_after - leaf.not_before) / 20);
        log.info(fmt::format("{} certificate {}, next in {}", leaf.subject.common_name(), job.done,
                             rounded(wait)));
        if (const auto told = run_hooks(plan); !told) {
            log.error(told.error());
        } else if (*told != 0) {
            log.error({.detail = fmt::format("exit status {}", *told)});
        }
    }
}

}  // namespace step::commands
