#include "ca/server.h"

#include <algorithm>
#include <thread>

#include "app/database.h"
#include "app/sweeper.h"
#include "ca/access_log.h"
#include "ca/banner.h"
#include "ca/housekeeper.h"
#include "ca/renewal.h"
#include "cli/args.h"
#include "cli/files.h"

namespace step::ca {
namespace {

/// The longest the main thread waits: after a suspend, a certificate that ran out meanwhile is
/// replaced this soon.
constexpr std::chrono::seconds kTick{15};

AccessLogOptions access_options(const setup::LoggerConfig& logger, const Environment& environment) {
    const auto on = [&environment](const char* name) {
        return cli::parse_go_bool(environment.get(name).value_or("")).value_or(false);
    };
    return {.format = to_log_format(logger.format),
            .real_ip = on("STEP_LOGGER_LOG_REAL_IP"),
            .skip_health = on("STEP_LOGGER_ONLY_TRACE_HEALTH_ENDPOINT")};
}

}  // namespace

Daemon::Daemon(Services services, const StopSignals& signals)
    : services_(services), signals_(signals), log_(services.log, services.clock) {}

Status Daemon::start(const Options& options, const setup::StepPath& path, setup::Config config) {
    app::KeyPassword password;
    if (!options.password_file.empty()) {
        STEP_ASSIGN(password.given, cli::read_password_file(options.password_file));
    }
    password.ask = [this](const std::string& file) {
        signals_.release();
        Result<Secret> answer =
            services_.console.ask_password("Please enter the password to decrypt " + file, {});
        signals_.hold();
        return answer;
    };
    STEP_ASSIGN(database_lock_, app::lock_database(config.db));
    STEP_ASSIGN(app_, app::App::open(std::move(config), password,
                                     {services_.clock, services_.random, log_}));
    say("Building new tls configuration using step-ca x509 Signer Interface");
    STEP_ASSIGN(const app::App::OwnTls tls, app_->make_tls());
    remember(tls);
    STEP_TRY(listen(tls.context));
    const std::string port = std::to_string(server_->port());
    if (!options.quiet) {
        for (const std::string& line :
             banner(app_->config(), path, app_->root_fingerprints(), port)) {
            say(line);
        }
    }
    say("Serving HTTPS on " + shown_address(app_->config().address, port) + " ...");
    return ok();
}

void Daemon::serve() {
    const Housekeeper housekeeper(app_->sweeper(), services_.clock, log_);
    std::thread server([this] { server_->run(); });
    while (!signals_.wait(until_due())) {
        if (services_.clock.now() >= due_) {
            renew();
        }
    }
    say("shutting down ...");
    signals_.release();
    server_->stop();
    server.join();
}

void Daemon::say(const std::string& line) {
    log_.write(Level::kInfo, line, {});
}

Status Daemon::listen(http::TlsContextPtr tls) {
    const setup::Config& config = app_->config();
    http::Server::Options options;
    options.address = config.address;
    if (config.logger) {
        if (!config.logger->trace_header.empty()) {
            options.trace_header = config.logger->trace_header;
        }
        const AccessLogOptions access = access_options(*config.logger, services_.environment);
        options.on_answer = [services = services_, access](const http::Request& request,
                                                           const http::Response& response,
                                                           std::chrono::nanoseconds took) {
            services.log.write(
                format_access(access, request, response, took, services.clock.now()));
        };
    }
    STEP_ASSIGN(server_, http::Server::listen(std::move(options), std::move(tls), app_->router(),
                                              services_.clock, services_.random));
    return ok();
}

void Daemon::remember(const app::App::OwnTls& tls) {
    not_before_ = tls.not_before;
    not_after_ = tls.not_after;
    due_ = next_renewal(not_before_, not_after_, services_.random);
}

std::chrono::nanoseconds Daemon::until_due() const {
    const std::chrono::nanoseconds left = due_ - services_.clock.now();
    return std::clamp<std::chrono::nanoseconds>(left, std::chrono::milliseconds(1), kTick);
}

void Daemon::renew() {
    const Result<app::App::OwnTls> tls = app_->make_tls();
    if (tls) {
        server_->set_tls(tls->context);
        remember(*tls);
        say("renewed the server certificate");
        return;
    }
    const Duration wait = retry_after(not_before_, not_after_, services_.random);
    due_ = services_.clock.now() + std::chrono::duration_cast<std::chrono::microseconds>(wait);
    log_.write(Level::kError, "error renewing the server certificate: " + tls.error().detail, {});
}

}  // namespace step::ca
