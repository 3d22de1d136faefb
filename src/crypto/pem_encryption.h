// Password protection of private key files; for src/crypto only.
#pragma once

#include <cstdint>

#include "base/pem.h"
#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"

namespace step::crypto {

/// True for a block with a DEK-Info header (RFC 1421 4.6.1.3).
bool has_dek_info(const PemBlock& block);

/// Takes the legacy protection off. Fails with kInvalidArgument, in Go's words.
Result<Secret> open_dek_info(const PemBlock& block, ByteView password);
/// Puts it on: AES-256-CBC, the key by one round of MD5, the salt being half of the IV. Weak by
/// design of the format; it is what the original writes.
PemBlock seal_dek_info(std::string_view type, ByteView der, ByteView password, Random& random);

inline constexpr std::int64_t kMaxPkcs8Rounds = 10'000'000;

/// EncryptedPrivateKeyInfo (RFC 5958 3) with PBES2 (RFC 8018 6.2). Refuses more than `max_rounds`
/// of PBKDF2 before it runs any.
Result<Secret> open_pkcs8(ByteView der, ByteView password,
                          std::int64_t max_rounds = kMaxPkcs8Rounds);
/// Octets and the DER AlgorithmIdentifier of what was done to them.
struct EncryptedOctets {
    Bytes algorithm{}, data{};
};
/// PBES2 with PBKDF2-HMAC-SHA-256, 16 octets of salt and AES-256-CBC.
EncryptedOctets seal_pbes2(ByteView plain, ByteView password, unsigned rounds, Random& random);
/// The same with 600,000 rounds, as EncryptedPrivateKeyInfo.
Bytes seal_pkcs8(ByteView pkcs8, ByteView password, Random& random);

}  // namespace step::crypto
