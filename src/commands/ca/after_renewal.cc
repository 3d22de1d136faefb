#include "commands/ca/after_renewal.h"

#include <cerrno>
#include <charconv>
#include <csignal>

#include <fmt/format.h>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "commands/ca/renewal_schedule.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr int kBySignal = 256;

Result<std::optional<Duration>> duration_of(const cli::Args& args, std::string_view flag) {
    const std::string text = args.get(flag);
    if (text.empty()) {
        return std::optional<Duration>();
    }
    const auto duration = parse_duration(text);
    if (!duration) {
        return invalid_flag(flag, text);
    }
    return std::optional(*duration);
}

Result<int> process_id(const cli::Args& args) {
    const std::string file = args.get("pid-file");
    if (file.empty()) {
        return static_cast<int>(args.integer("pid"));
    }
    STEP_ASSIGN(const Bytes text, read_file(file, 64));
    const std::string_view number = trim(text);
    int pid = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() || pid <= 0) {
        return invalid(fmt::format("error converting {} to a process id", quote(number)));
    }
    return pid;
}

}  // namespace

Flags renewal_flags(std::string_view period) {
    return {
        {.name = "daemon", .type = FlagType::kBool, .help = "stay and do it again in time"},
        {.name = period, .value = "duration", .help = "with --daemon: do it this often"},
        {.name = "expires-in", .value = "duration", .help = "renew only if less than this is left"},
        {.name = "pid", .type = FlagType::kInt, .value = "int", .help = "process to signal"},
        {.name = "pid-file", .value = "file", .help = "file with the process to signal"},
        {.name = "signal",
         .type = FlagType::kInt,
         .value = "int",
         .help = "number of the signal",
         .fallback = "1"},
        {.name = "exec", .value = "command", .help = "command to run afterwards"}};
}

Status check_renewal_flags(const cli::Args& args, std::string_view period) {
    STEP_ASSIGN(const auto threshold, duration_of(args, "expires-in"));
    STEP_ASSIGN(const auto every, duration_of(args, period));
    if (threshold && every) {
        return incompatible("expires-in", period);
    }
    if (every && !args.flag("daemon")) {
        return needs_flag(period, "daemon");
    }
    if (every && *every <= Duration::zero()) {
        return invalid_flag(period, args.get(period), "must be greater than 0");
    }
    if (args.is_set("pid") && args.is_set("pid-file")) {
        return exclusive("pid", "pid-file");
    }
    if (args.is_set("pid") && args.integer("pid") <= 0) {
        return invalid_flag("pid", args.get("pid"), "must be greater than 0");
    }
    if (args.integer("signal") <= 0 || args.integer("signal") > SIGRTMAX) {
        return invalid_flag("signal", args.get("signal"), "must be a signal number");
    }
    return ok();
}

Result<RenewalPlan> plan_renewal(cli::Context& context, std::string_view period,
                                 const x509::Certificate& certificate) {
    const cli::Args& args = context.args;
    STEP_TRY(check_renewal_flags(args, period));
    RenewalPlan plan{.signal = static_cast<int>(args.integer("signal")), .exec = args.get("exec")};
    STEP_ASSIGN(plan.pid, process_id(args));
    plan.remaining =
        std::chrono::floor<std::chrono::seconds>(certificate.not_after - context.clock.now());
    STEP_ASSIGN(plan.expires_in, duration_of(args, "expires-in"));
    STEP_ASSIGN(plan.period, duration_of(args, period));
    const Duration validity = certificate.not_after - certificate.not_before;
    const auto too_long = [&](std::string_view flag, Duration value) {
        return invalid(
            fmt::format("flag '--{0}' must be within (lower than) the certificate validity "
                        "period; {0}={1}, cert-validity-period={2}",
                        flag, format_duration(value), format_duration(validity)));
    };
    if (plan.period && *plan.period >= validity) {
        return too_long(period, *plan.period);
    }
    if (!plan.expires_in) {
        return plan;
    }
    if (*plan.expires_in > validity) {
        return too_long("expires-in", *plan.expires_in);
    }
    plan.due =
        plan.remaining <= *plan.expires_in + random_part(*plan.expires_in / 20, context.random);
    return plan;
}

Result<cli::ExitCode> run_hooks(const RenewalPlan& plan) {
    if (plan.pid != 0 && ::kill(plan.pid, plan.signal) != 0) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("kill {} with signal {} failed: {}", plan.pid,
                                           plan.signal, errno_text(errno))};
    }
    if (plan.exec.empty()) {
        return 0;
    }
    const std::vector<std::string> words = split(plan.exec, ' ');
    auto code = run_process(words);
    if (!code) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("exec: \"{}\": {}", words.front(), code.error().detail)};
    }
    return *code < kBySignal ? *code : *code - kBySignal + 128;
}

Result<cli::ExitCode> notify(cli::Context& context, const RenewalPlan& plan) {
    STEP_ASSIGN(const cli::ExitCode code, run_hooks(plan));
    if (code != 0) {
        context.console.err(fmt::format("exit status {}\n", code));
    }
    return code;
}

}  // namespace step::commands
