#pragma once

#include "base/result.h"
#include "crypto/key.h"

namespace step::crypto {

/// A fresh key from OpenSSL's generator. `rsa_bits` counts for kRsa only, 1024 to 16384.
/// Fails with kInvalidArgument on another size, kInternal if OpenSSL fails.
Result<PrivateKey> generate_key(KeyKind kind, unsigned rsa_bits = 2048);

}  // namespace step::crypto
