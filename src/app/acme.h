#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"
#include "base/runtime.h"

namespace step::acme {
class Nonces;
class Service;
}  // namespace step::acme
namespace step::http {
class Router;
}
namespace step::issuance {
class Issuer;
class Ledger;
}  // namespace step::issuance
namespace step::provisioner {
class ProvisionerSet;
}
namespace step::revocation {
class Register;
}
namespace step::setup {
struct AcmeConfig;
struct Config;
}  // namespace step::setup
namespace step::storage {
class Database;
}

namespace step::app {

struct Runtime;

/// What ACME needs of the rest of an App; all of it outlives the AcmeServer.
struct AcmeParts {
    const setup::Config& config;
    const Runtime& runtime;
    storage::Database& database;
    const provisioner::ProvisionerSet& provisioners;
    issuance::Issuer& issuer;
    const issuance::Ledger& ledger;
    revocation::Register& revocations;
    acme::Nonces& nonces;
};

/// The outside world of ACME: DNS, and connections to whoever asks for certificates. Made before
/// the rest, because it can fail.
class AcmeOutside {
public:
    virtual ~AcmeOutside() = default;
};

/// The ACME part of an App: its service, its routes, and the threads that try challenges.
class AcmeServer {
public:
    virtual ~AcmeServer() = default;
    /// acme::Service::sweep.
    virtual Result<std::size_t> sweep(SysTime now, std::size_t limit) const = 0;
};

/// Makes these for a program that serves. `step --offline` does not, and links nothing of it.
class AcmeFactory {
public:
    virtual ~AcmeFactory() = default;
    /// Fails with kInvalidArgument for a resolver that is no address.
    virtual Result<std::unique_ptr<AcmeOutside>> open_outside(const setup::AcmeConfig& config,
                                                              const Clock& clock) const = 0;
    /// For the first App over a database. The embedded engine lets nobody else in: what waits to be
    /// tried was left by a process that ended, and is due at once.
    virtual Result<std::shared_ptr<acme::Nonces>> open_nonces(storage::Database& database,
                                                              const Runtime& runtime) const = 0;
    /// Mounts the routes.
    virtual std::unique_ptr<AcmeServer> make(const AcmeParts& parts, AcmeOutside& outside,
                                             http::Router& router) const = 0;
};
const AcmeFactory& acme_factory();

}  // namespace step::app
