#include "ca/daemon.h"

#include "base/files.h"
#include "base/version.h"
#include "ca/banner.h"
#include "ca/check.h"
#include "ca/db.h"
#include "ca/home.h"
#include "ca/options.h"
#include "ca/pid_file.h"
#include "ca/server_impl.h"
#include "ca/signals.h"
#include "cli/args.h"
#include "cli/help.h"

namespace step::ca {
namespace {

constexpr int kUsage = 1, kFailed = 2;

int fail(const Services& services, int code, const Error& error) {
    std::string text = error.detail;
    const bool debug = services.environment.get("STEPDEBUG").value_or("") == "1";
    if ((text.empty() || debug) && !error.cause.empty()) {
        text += (text.empty() ? "" : "\n") + error.cause;
    }
    services.console.err(text + "\n");
    return code;
}

int serve(const Options& options, const Services& services) {
    const Result<setup::StepPath> path = find_home(options.context, services.environment);
    if (!path) {
        return fail(services, kUsage, path.error());
    }
    const std::string file =
        options.config_file.empty() ? path->config_file() : options.config_file;
    const Result<Bytes> text = read_file(file);
    if (!text) {
        services.console.out(
            "step-ca can't find or open the configuration file for your CA.\n"
            "You may need to create a CA first by running `step ca init`.\n"
            "Documentation: step-ca help\n");
        return kUsage;
    }
    Result<setup::Config> config = setup::parse_config(*text, file);
    if (!config) {
        return fail(services, kFailed, config.error());
    }
    const StopSignals signals;
    Daemon daemon(services, signals);
    if (const Status started = daemon.start(options, *path, *std::move(config)); !started) {
        return fail(services, kFailed, started.error());
    }
    std::optional<PidFile> pid_file;
    if (!options.pid_file.empty()) {
        Result<PidFile> made = PidFile::write(options.pid_file);
        if (!made) {
            return fail(services, kFailed, made.error());
        }
        pid_file.emplace(*std::move(made));
    }
    daemon.serve();
    return 0;
}

}  // namespace

int run(const std::vector<std::string>& words, Services services) {
    if (!words.empty() && words.front() == "db") {
        return run_db(std::span(words).subspan(1), services);
    }
    if (!words.empty() && words.front() == "check") {
        return run_check(std::span(words).subspan(1), services);
    }
    const Result<Options> options = parse_options(words, services.environment);
    const auto help = [&services] {
        return cli::render_manual(manual(), services.console.out_colours());
    };
    if (!options) {
        if (options.error().has_reason(cli::kUsageError)) {
            services.console.out("Incorrect Usage. " + options.error().detail + "\n\n" + help());
        }
        return fail(services, kUsage, options.error());
    }
    switch (options->action) {
        case Action::kHelp:
            services.console.out(help());
            return 0;
        case Action::kVersion:
            services.console.out(version_line() + "\nRelease Date: " + kReleaseDate + "\n");
            return 0;
        case Action::kServe:
            break;
    }
    return serve(*options, services);
}

}  // namespace step::ca
