#pragma once

#include "base/log.h"
#include "issuance/issue.h"

namespace step::issuance {

/// Appends what the access log says of a certificate: "serial", "subject", "issuer", …, the names
/// the original gives them. `issuer` is the certificate above it.
void append_fields(const Issued& issued, const x509::Certificate& issuer, Fields& log);

}  // namespace step::issuance
