#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/digest.h"

namespace step::crypto {

/// PBKDF2 (RFC 8018 5.2) with HMAC. 600,000 rounds of SHA-256 take about 80 ms.
Secret pbkdf2(Hash hash, ByteView password, ByteView salt, unsigned rounds, std::size_t length);

/// AES-GCM with a 12 octet nonce and a 16 octet tag; the key's length picks the variant.
struct Sealed {
    Bytes ciphertext{}, tag{};
};
Result<Sealed> seal_gcm(ByteView key, ByteView nonce, ByteView plaintext, ByteView additional);
/// kUnauthenticated if the tag does not fit.
Result<Secret> open_gcm(ByteView key, ByteView nonce, const Sealed& sealed, ByteView additional);

/// AES key wrap (RFC 3394). `key` is a multiple of 8 octets, at least 16.
Result<Bytes> wrap_key(ByteView wrapping_key, ByteView key);
/// kUnauthenticated if the integrity check fails.
Result<Secret> unwrap_key(ByteView wrapping_key, ByteView wrapped);

/// CBC with PKCS#7 padding.
enum class CbcCipher : unsigned char { kAes128, kAes192, kAes256, kDes3 };
Result<Bytes> encrypt_cbc(CbcCipher cipher, ByteView key, ByteView iv, ByteView plaintext);
/// kInvalidArgument if the padding is wrong.
Result<Secret> decrypt_cbc(CbcCipher cipher, ByteView key, ByteView iv, ByteView ciphertext);

}  // namespace step::crypto
