#pragma once

#include <string>

namespace step {
class Clock;
}
namespace step::http {
class Router;
}
namespace step::issuance {
struct Authority;
}
namespace step::provisioner {
class ProvisionerSet;
}

namespace step::acme {

class Nonces;
class Service;

/// What the routes of ACME need. Everything referred to must outlive the router.
struct Deps {
    const Clock& clock;
    const Service& service;
    Nonces& nonces;
    const issuance::Authority& authority;  ///< The issuer that certificates link to.
    const provisioner::ProvisionerSet& provisioners;
    /// "ca.test:8443": for links, where a request has no Host header.
    std::string host{};
};

/// Mounts every route of ACME, below "/acme/{}" and "/2.0/acme/{}", for all provisioners of type
/// ACME. The table in routes.cc is the whole truth. Limits on rates are counted anew for each
/// mount.
void mount(http::Router& router, const Deps& deps);

}  // namespace step::acme
