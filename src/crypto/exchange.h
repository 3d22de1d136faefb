#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"

namespace step::crypto {

/// Diffie-Hellman on an elliptic curve: the shared x coordinate, as long as the field
/// (RFC 7518 4.6, SEC 1 3.3.1). Fails with kInvalidArgument if the two are not on one curve of
/// ours that can do it.
Result<Secret> agree(const PrivateKey& own, const PublicKey& other);

/// How a message becomes an RSA number (RFC 8017 7): OAEP with MGF1 and an empty label.
enum class RsaPadding : unsigned char { kPkcs1, kOaepSha1, kOaepSha256 };

/// Fails with kInvalidArgument if `key` is no RSA key or the message is too long for it.
Result<Bytes> encrypt_rsa(const PublicKey& key, RsaPadding padding, ByteView message);
/// Fails with kUnauthenticated if the padding is wrong. With kPkcs1 that is an oracle: whoever
/// answers strangers must not let them see which ciphertexts fail (RFC 3218).
Result<Secret> decrypt_rsa(const PrivateKey& key, RsaPadding padding, ByteView ciphertext);

}  // namespace step::crypto
