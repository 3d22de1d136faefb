#pragma once

#include <string>
#include <vector>

namespace step {
class Clock;
}
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

namespace step::api {

/// `tls` of ca.json, as /sign passes it on to clients.
struct TlsOptions {
    std::vector<std::string> cipher_suites{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                           "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
    double min_version = 1.2, max_version = 1.3;
    bool renegotiation = false;
};

/// What the JSON API needs. Everything referred to must outlive the router.
struct Deps {
    const Clock& clock;
    issuance::Issuer& issuer;
    const issuance::Ledger& ledger;
    revocation::Register& revocations;
    const provisioner::ProvisionerSet& provisioners;
    TlsOptions tls{};
    std::string version{};  ///< Ours, for GET /version.
};

/// Mounts every route of the JSON API, below "/" and below "/1.0". The table in routes.cc is
/// the whole truth.
void mount(http::Router& router, const Deps& deps);

}  // namespace step::api
