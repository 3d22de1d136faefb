#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/key.h"
#include "policy/x509_policy.h"
#include "x509/certificate.h"
#include "x509/name.h"

namespace step::issuance {

/// What this CA is: plain data, put together in app/app.cc and never changed.
struct Authority {
    std::vector<x509::Certificate> chain{};  ///< The issuing CA first; never empty.
    crypto::PrivateKey key;                  ///< Of chain[0].
    std::vector<x509::Certificate> roots{};
    std::vector<x509::Certificate> federated_roots{};
    Duration backdate = std::chrono::minutes(1);
    /// `authority.template`: fills subject attributes that a certificate leaves empty.
    x509::Subject default_subject{};
    std::shared_ptr<const policy::X509Policy> policy{};  ///< `authority.policy.x509`; null: none.
};

/// Checks that there is a chain and that the key is its first certificate's: kInvalidArgument,
/// "x509: provided PrivateKey doesn't match parent's PublicKey".
Status validate(const Authority& authority);

/// What this CA signs leaves with: as in the original, an RSA issuer signs as it was signed itself,
/// if that was RSA. SHA-1 is not carried on.
crypto::SignatureScheme leaf_scheme(const Authority& authority);

/// The name constraints of every CA above a leaf: the chain, and the root that issued its last one.
std::vector<x509::NameConstraints> leaf_constraints(const Authority& authority);

}  // namespace step::issuance
