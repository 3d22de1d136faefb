#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "x509/certificate.h"

namespace step::x509 {

struct VerifyOptions {
    std::vector<const Certificate*> roots{};  ///< Trust anchors; need not be self-signed.
    std::vector<const Certificate*> intermediates{};
    SysSeconds now{};
    std::string host{};                ///< Empty: no name check.
    std::optional<asn1::Oid> usage{};  ///< Extended key usage the chain must allow.
};

/// Builds a chain from `leaf` to a root and checks signatures, validity, CA flags, path
/// lengths, key usage, extended key usage and name constraints (RFC 5280 6.1; no policies, no
/// revocation). Gives the chain, leaf first, root last. Fails with kUnauthenticated and Go's
/// words: "x509: certificate signed by unknown authority", "x509: certificate has expired or
/// is not yet valid: …", "x509: certificate is valid for a, not b". Work is bounded: at most
/// 100 signature checks.
Result<std::vector<const Certificate*>> verify_chain(const Certificate& leaf,
                                                     const VerifyOptions& options);

/// ok() if `issuer` is a CA of the name that `certificate` says, and signed it. Go's
/// CheckSignatureFrom and the names; validity, path length and constraints are not checked.
Status check_issued_by(const Certificate& certificate, const Certificate& issuer);

/// Go's Certificate.VerifyHostname.
Status check_host(const Certificate& certificate, std::string_view host);

}  // namespace step::x509
