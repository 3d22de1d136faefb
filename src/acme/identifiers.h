#pragma once

#include <set>
#include <vector>

#include "acme/types.h"
#include "base/result.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace step::acme {

/// The most identifiers one order may have.
inline constexpr std::size_t kMaxIdentifiers = 100;

/// Brings identifiers into the form in which we keep them, each once, in the order of the first:
/// names in lower case and without a dot at the end, addresses as Go prints them. Fails with
/// kMalformed if there are none or too many; kUnsupportedIdentifier or kRejectedIdentifier, and one
/// part for each that will not do, if a type is none of ours or a value is no name that a
/// certificate can have: no domain name in A-labels, an address where a name should be, a wildcard
/// anywhere but in front.
Result<std::vector<Identifier>> canonical(const std::vector<Identifier>& identifiers,
                                          std::vector<Problem::Part>& refused);

/// The request with its names in that form, if they are exactly those of the order: the common
/// name counts as one (RFC 8555 7.4). Fails with kBadCsr and the original's words.
Result<x509::Csr> match_request(x509::Csr csr, const std::vector<Identifier>& identifiers);

/// The identifiers a certificate stands for, wildcards with their "*.".
std::set<Identifier> identifiers_of(const x509::Certificate& certificate);

}  // namespace step::acme
