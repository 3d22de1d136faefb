#pragma once

#include "base/result.h"
#include "issuance/grant.h"
#include "x509/csr.h"
#include "x509/san.h"

namespace step::issuance {

/// Checks what a CSR asks for against a grant, in the original's order: fingerprint, common
/// name, key, names. Gives the names of the certificate, sorted into kinds; none if the grant has
/// none (NameRule::kAny). A kind of name that the CSR leaves out is not compared. Fails with
/// kForbidden or kInvalidArgument and the original's words.
Result<x509::AltNames> check_request(const x509::Csr& csr, const Grant& grant);

/// Refuses RSA keys below 2048 bits, kForbidden.
Status check_key(const crypto::PublicKey& key);

}  // namespace step::issuance
