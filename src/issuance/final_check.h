#pragma once

#include "base/result.h"
#include "x509/draft.h"

namespace step::issuance {

/// Error::reason of a certificate that would not be well-formed.
inline constexpr const char* kMalformedCertificate = "issuance.malformed_certificate";

/// The last look at a certificate before it is signed, whatever template, token or plug-in made
/// it: what no relying party could make sense of, or what makes its holder an authority, never
/// leaves.
///
/// Refuses an extension that stands twice, an alternative name that is empty or cannot be read
/// (RFC 5280 4.2.1.6), a validity that ends before it begins or leaves the years 1 to 9999, and a
/// CA flag unless `may_be_ca`, which is for whoever knows that it was asked for. Fails with
/// kInternal, reason kMalformedCertificate and a cause: it is the operator's template that is
/// wrong, not the client.
Status check_before_signing(const x509::Draft& draft, bool may_be_ca);

}  // namespace step::issuance
