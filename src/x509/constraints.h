#pragma once

#include <vector>

#include "base/result.h"
#include "x509/certificate.h"

namespace step::x509 {

/// Checks `names` against the name constraints of every CA in `chain`: excluded in any of them
/// refuses, and each one that permits names of a kind must permit it (the intersection, where
/// the original takes the union; docs/compat.md). Fails with kForbidden and the original's
/// words: `DNS name "x" is not permitted by any constraint`, `IP address "10.0.0.1" is excluded
/// by constraint "10.0.0.0/8"`; kinds "DNS name", "IP address", "Email address", "URI".
Status check_constraints(const AltNames& names, const std::vector<NameConstraints>& chain);

}  // namespace step::x509
