#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/acme.h"
#include "app/app.h"
#include "ca/access_log.h"
#include "ca/daemon.h"
#include "ca/housekeeper.h"
#include "ca/listener.h"
#include "ca/notify.h"
#include "ca/options.h"
#include "ca/renewal.h"
#include "ca/signals.h"
#include "http/server.h"
#include "setup/config.h"
#include "setup/steppath.h"
#include "storage/lmdb/locks.h"

namespace step::ca {

/// The served configuration: its App, its listener, and the certificate it shows. SIGHUP replaces
/// all of it or nothing.
class Daemon {
public:
    Daemon(Services services, const StopSignals& signals);

    /// Opens the App, listens, prints the banner. Fails as App::open and http::Server::listen.
    Status start(const Options& options, const setup::StepPath& path, setup::Config config);
    /// Serves until a signal to stop comes, renewing our own certificate in time and reading the
    /// configuration anew at SIGHUP; then answers what is in flight.
    void serve();

private:
    void say(const std::string& line);
    void complain(const std::string& line);
    void tell(const Status& told);
    app::Runtime runtime() {
        return {services_.clock, services_.random, log_, &services_.environment,
                &app::acme_factory()};
    }
    Result<std::unique_ptr<Listener>> listen(const std::shared_ptr<app::App>& app,
                                             http::TlsContextPtr tls);
    void reload();
    /// Builds the App of the file as it is now and puts it in place of the old one, or fails and
    /// has changed nothing.
    Status replace();
    void renew();

    Services services_;
    const StopSignals& signals_;
    ProgramLog log_;
    Notifier notifier_;
    RenewalTimer timer_;
    app::KeyPassword password_{};
    std::optional<storage::ServerLock> database_lock_{};
    const std::shared_ptr<AccessLog> access_;
    std::shared_ptr<app::App> app_{};
    std::unique_ptr<Listener> listener_{};
    std::vector<std::unique_ptr<Listener>> leaving_{};  ///< Finish their requests.
    std::optional<Housekeeper> housekeeper_{};
};

}  // namespace step::ca
