#pragma once

#include <string_view>

#include "base/result.h"
#include "crypto/key.h"

namespace step::crypto {

// RSA signatures with any hash that a Hasher knows by name, MD5 and SHA-1 too: for files that
// people sign, not for certificates or tokens, which have PrivateKey::sign.

/// PKCS#1 v1.5, or PSS (RFC 8017 8.1) with MGF1 over the same hash.
enum class RsaSigning : unsigned char { kPkcs1, kPss };

/// The salt of PSS is as long as fits. Fails with kInvalidArgument if the key is of another kind,
/// the hash unknown, or the key too short for it.
Result<Bytes> sign_rsa(const PrivateKey& key, RsaSigning how, std::string_view hash,
                       ByteView message);

/// Takes a salt of any length. Fails with kUnauthenticated if the signature is wrong, otherwise as
/// sign_rsa.
Status verify_rsa(const PublicKey& key, RsaSigning how, std::string_view hash, ByteView message,
                  ByteView signature);

}  // namespace step::crypto
