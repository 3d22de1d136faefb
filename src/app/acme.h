#pragma once

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
    /// Fails with kInvalidArgument for a resolver that is no address.
    static Result<std::unique_ptr<AcmeOutside>> open(const setup::AcmeConfig& config,
                                                     const Clock& clock);
};

/// The ACME part of an App: its service, its routes, and the threads that try challenges.
class AcmeServer {
public:
    virtual ~AcmeServer() = default;
    static std::unique_ptr<AcmeServer> make(const AcmeParts& parts, AcmeOutside& outside,
                                            http::Router& router);
    virtual const acme::Service& service() const = 0;
};

/// True if a provisioner of type ACME can be served: there is one, and a database.
bool serves_acme(const setup::Config& config, const provisioner::ProvisionerSet& provisioners);

}  // namespace step::app
