#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step::x509 {

/// The certificates in a PKCS#7 SignedData (RFC 2315 9.1, RFC 5652 5.1) in DER, each whole and in
/// the order of the file. What follows the structure is not looked at. Checks no signature, and of
/// the certificates only that each is one. Fails with kInvalidArgument.
Result<std::vector<Bytes>> signed_data_certificates(ByteView der);

}  // namespace step::x509
