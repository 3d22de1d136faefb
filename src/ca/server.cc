#include "app/database.h"
#include "ca/banner.h"
#include "ca/server_impl.h"
#include "cli/args.h"
#include "cli/files.h"

namespace step::ca {
namespace {

std::string trace_header(const setup::Config& config) {
    return config.logger && !config.logger->trace_header.empty()
               ? config.logger->trace_header
               : http::Server::Options{}.trace_header;
}

std::optional<AccessLogOptions> access_options(const std::optional<setup::LoggerConfig>& logger,
                                               const Environment& environment) {
    if (!logger) {
        return std::nullopt;
    }
    const auto on = [&environment](const char* name) {
        return cli::parse_go_bool(environment.get(name).value_or("")).value_or(false);
    };
    return AccessLogOptions{.format = to_log_format(logger->format),
                            .real_ip = on("STEP_LOGGER_LOG_REAL_IP"),
                            .skip_health = on("STEP_LOGGER_ONLY_TRACE_HEALTH_ENDPOINT")};
}

/// Whoever holds the router holds the App that its handlers use.
std::shared_ptr<const http::Router> router_of(const std::shared_ptr<app::App>& app) {
    return {app, app->router().get()};
}

}  // namespace

Daemon::Daemon(Services services, const StopSignals& signals)
    : services_(services),
      signals_(signals),
      log_(services.log, services.clock),
      notifier_(services.environment),
      timer_(services.random),
      access_(std::make_shared<AccessLog>()) {}

Status Daemon::start(const Options& options, const setup::StepPath& path, setup::Config config) {
    if (!options.password_file.empty()) {
        STEP_ASSIGN(password_.given, cli::read_password_file(options.password_file));
    }
    password_.ask = [this](const std::string& file) -> Result<Secret> {
        signals_.release();
        Result<Secret> answer =
            services_.console.ask_password("Please enter the password to decrypt " + file, {});
        signals_.hold();
        if (answer) {
            password_.given = answer->clone();
        }
        return answer;
    };
    STEP_ASSIGN(database_lock_, app::lock_database(config.db));
    config.paths = path;
    config.acme.resolver = options.resolver;
    config.acme.http_port = options.acme_http_port;
    config.acme.tls_port = options.acme_tls_port;
    config.acme.strict_fqdn = options.acme_strict_fqdn;
    STEP_ASSIGN(app_, app::App::open(std::move(config), password_, runtime()));
    password_.ask = nullptr;  // A reload has nobody to ask.
    say("Building new tls configuration using step-ca x509 Signer Interface");
    STEP_ASSIGN(const app::App::OwnTls tls, app_->make_tls());
    timer_.issued(tls.not_before, tls.not_after);
    access_->set(access_options(app_->config().logger, services_.environment));
    STEP_ASSIGN(listener_, listen(app_, tls.context));
    const std::string port = std::to_string(listener_->server().port());
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
    housekeeper_.emplace(app_->sweeper(), services_.clock, log_);
    app_->prepare();
    listener_->run();
    tell(notifier_.ready());
    for (;;) {
        const Signal signal = signals_.wait(timer_.wait(services_.clock.now()));
        if (signal == Signal::kStop) {
            break;
        }
        if (signal == Signal::kReload) {
            reload();
        }
        if (timer_.due(services_.clock.now())) {
            renew();
        }
        std::erase_if(leaving_, [](const auto& listener) { return listener->ended(); });
    }
    say("shutting down ...");
    tell(notifier_.stopping());
    signals_.release();
    listener_->stop();
    leaving_.clear();
    listener_.reset();
    housekeeper_.reset();
}

void Daemon::say(const std::string& line) {
    log_.write(Level::kInfo, line, {});
}

void Daemon::complain(const std::string& line) {
    log_.write(Level::kError, line, {});
}

void Daemon::tell(const Status& told) {
    if (!told) {
        complain(told.error().detail);
    }
}

Result<std::unique_ptr<Listener>> Daemon::listen(const std::shared_ptr<app::App>& app,
                                                 http::TlsContextPtr tls) {
    http::Server::Options options;
    options.address = app->config().address;
    options.trace_header = trace_header(app->config());
    options.on_answer = [services = services_, access = access_](const http::Request& request,
                                                                 const http::Response& response,
                                                                 std::chrono::nanoseconds took) {
        if (const std::optional<AccessLogOptions> wanted = access->get()) {
            services.log.write(
                format_access(*wanted, request, response, took, services.clock.now()));
        }
    };
    STEP_ASSIGN(std::unique_ptr<http::Server> server,
                http::Server::listen(std::move(options), std::move(tls), router_of(app),
                                     services_.clock, services_.random));
    return std::make_unique<Listener>(std::move(server));
}

void Daemon::reload() {
    say("reloading ...");
    tell(notifier_.reloading(services_.clock));
    if (const Status replaced = replace(); !replaced) {
        const Error& error = replaced.error();
        complain("error reloading the configuration: " +
                 (error.detail.empty() ? error.cause : error.detail));
        say("Continuing to run with the original configuration.");
    } else {
        say("reloaded " + app_->config().file);
    }
    tell(notifier_.ready());
}

Status Daemon::replace() {
    const setup::Config& old = app_->config();
    STEP_ASSIGN(setup::Config config, setup::load_config(old.file));
    config.paths = old.paths;
    config.acme.resolver = old.acme.resolver;
    config.acme.http_port = old.acme.http_port;
    config.acme.tls_port = old.acme.tls_port;
    config.acme.strict_fqdn = old.acme.strict_fqdn;
    if (config.db != old.db) {
        return Error{Code::kConflict,
                     "the section \"db\" has changed, which needs a restart (" + old.file + ")"};
    }
    STEP_ASSIGN(std::shared_ptr<app::App> app,
                app::App::open(std::move(config), password_, runtime(), app_.get()));
    STEP_ASSIGN(const app::App::OwnTls tls, app->make_tls());
    std::unique_ptr<Listener> moved;
    if (app->config().address != old.address) {
        STEP_ASSIGN(moved, listen(app, tls.context));
    }

    // From here on nothing fails.
    housekeeper_.reset();  // It uses the old App.
    access_->set(access_options(app->config().logger, services_.environment));
    app_ = std::move(app);
    housekeeper_.emplace(app_->sweeper(), services_.clock, log_);
    app_->prepare();
    http::Server& server = listener_->server();
    server.set_trace_header(trace_header(app_->config()));
    server.set_tls(tls.context);
    server.set_router(router_of(app_));
    server.retire_connections();
    timer_.issued(tls.not_before, tls.not_after);
    if (moved) {
        moved->run();
        say("Serving HTTPS on " +
            shown_address(app_->config().address, std::to_string(moved->server().port())) + " ...");
        listener_->stop();
        leaving_.push_back(std::exchange(listener_, std::move(moved)));
    }
    return ok();
}

void Daemon::renew() {
    const Result<app::App::OwnTls> tls = app_->make_tls();
    if (tls) {
        listener_->server().set_tls(tls->context);
        timer_.issued(tls->not_before, tls->not_after);
        say("renewed the server certificate");
        return;
    }
    timer_.failed(services_.clock.now());
    complain("error renewing the server certificate: " + tls.error().detail);
}

}  // namespace step::ca
