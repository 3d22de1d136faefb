#pragma once

#include <optional>

#include "base/bytes.h"
#include "crypto/key.h"

namespace step::x509 {

/// The scheme that a DER AlgorithmIdentifier names; none if we do not know it or it is malformed.
std::optional<crypto::SignatureScheme> known_scheme(ByteView algorithm_der);

}  // namespace step::x509
