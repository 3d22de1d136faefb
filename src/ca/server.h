#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/app.h"
#include "ca/daemon.h"
#include "ca/options.h"
#include "ca/signals.h"
#include "http/server.h"
#include "setup/config.h"
#include "setup/steppath.h"
#include "storage/lmdb/locks.h"

namespace step::ca {

/// One served configuration: the App, its listener, and the certificate it shows.
class Daemon {
public:
    Daemon(Services services, const StopSignals& signals);

    /// Opens the App, listens, prints the banner. Fails as App::open and http::Server::listen.
    Status start(const Options& options, const setup::StepPath& path, setup::Config config);
    /// Serves until a signal comes, renewing our own certificate in time; then answers what is
    /// in flight.
    void serve();

private:
    void say(const std::string& line);
    Status listen(http::TlsContextPtr tls);
    void remember(const app::App::OwnTls& tls);
    std::chrono::nanoseconds until_due() const;
    void renew();

    Services services_;
    const StopSignals& signals_;
    ProgramLog log_;
    std::optional<storage::ServerLock> database_lock_{};
    // In this order: the server's threads use the App, so it goes first.
    std::unique_ptr<app::App> app_{};
    std::unique_ptr<http::Server> server_{};
    SysSeconds not_before_{}, not_after_{};
    SysTime due_{};
};

}  // namespace step::ca
