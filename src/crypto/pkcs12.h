#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "crypto/key.h"

namespace step::crypto {

// Writes PKCS#12 (RFC 7292), which browsers, Java and Windows import. Nothing here reads it.

/// PBES2 with AES-256-CBC and HMAC-SHA-256, or what programs from before 2020 want: RC2 of 40 bits
/// for certificates, 3DES for keys, SHA-1. Both with 2,048 rounds, as OpenSSL and the original.
enum class Pkcs12Form : unsigned char { kModern, kLegacy };

/// A private key and the certificates of its chain in DER, its own first, linked by a local key
/// identifier. Does not check that they belong together. `password` is UTF-8 and may be empty.
/// Fails with kInvalidArgument if PKCS#12 has no way to write the password (characters beyond
/// U+FFFF).
Result<Bytes> encode_pkcs12(const PrivateKey& key, const std::vector<Bytes>& chain,
                            ByteView password, Pkcs12Form form, Random& random);

/// Certificates to trust, marked so that Java takes them for that.
struct TrustedCertificate {
    Bytes der{};
    std::string friendly_name{};
};
/// Fails as encode_pkcs12, for a friendly name too.
Result<Bytes> encode_trust_store(const std::vector<TrustedCertificate>& certificates,
                                 ByteView password, Pkcs12Form form, Random& random);

}  // namespace step::crypto
