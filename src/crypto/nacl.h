#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"

// NaCl's constructions, as libsodium makes them. Keys and nonces must have the sizes below.
namespace step::crypto::nacl {

inline constexpr std::size_t kKeyBytes = 32, kNonceBytes = 24, kSigningKeyBytes = 64;

struct KeyPair {
    Bytes public_key{};
    Secret private_key{};
};
KeyPair make_box_keys(Random& random);  ///< X25519: 32 and 32 octets.
KeyPair make_sign_keys(
    Random& random);  ///< Ed25519: 32 and 64 octets, the seed and the public key.

/// HMAC-SHA-512 cut to 32 octets.
Bytes auth(ByteView message, ByteView key);

/// X25519, XSalsa20 and Poly1305; the tag comes first. Sealing fails with kInvalidArgument on a
/// public key of low order.
Result<Bytes> seal_box(ByteView message, ByteView nonce, ByteView public_key, ByteView private_key);
/// kUnauthenticated if anything does not fit.
Result<Secret> open_box(ByteView sealed, ByteView nonce, ByteView public_key, ByteView private_key);
/// XSalsa20 and Poly1305.
Bytes seal_secretbox(ByteView message, ByteView nonce, ByteView key);
Result<Secret> open_secretbox(ByteView sealed, ByteView nonce, ByteView key);

/// Ed25519: the signature and the message after it.
Bytes sign(ByteView message, ByteView private_key);
/// The message; kUnauthenticated if the signature is bad.
Result<Bytes> open_signed(ByteView signed_message, ByteView public_key);

}  // namespace step::crypto::nacl
