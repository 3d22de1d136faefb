#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/key.h"
#include "jose/jwk.h"
#include "jose/signed_message.h"

namespace step::acme {

/// The JWS of a request (RFC 8555 6.2), taken apart. Its form has been checked, its signature not.
struct Envelope {
    jose::SignedMessage message{};  ///< With one signature.
    std::string algorithm{}, nonce{}, url{}, key_id{};
    std::optional<jose::Jwk> key{};  ///< "jwk": a public key of a kind that we take.

    const Bytes& payload() const { return message.payload; }
};

/// A key that may sign: of an account or a certificate.
struct SigningKey {
    crypto::PublicKey key;
    std::string algorithm{};  ///< "alg" of its JWK; empty: it says none.
};

/// Reads flattened or general JSON with one signature, or compact form. In this order, and in the
/// original's words: it must parse, have one signature, no unprotected header, an algorithm with
/// which a public key signs (else kBadSignatureAlgorithm), and no RSA key below 2048 bits. All else
/// is kMalformed. Nonce and URL may be absent.
Result<Envelope> parse_envelope(std::string_view body);

/// RFC 8555 6.2: a JWS names its key or brings it, not both. kMalformed.
Status check_one_key(const Envelope& envelope);

/// Checks the signature. An ECDSA signature that is one or two octets short is tried with zeros
/// before r, s or both, since Apple's client leaves them out. kMalformed if it is wrong, or if the
/// key's "alg" is another.
Status verify_envelope(const Envelope& envelope, const SigningKey& key);

/// RFC 7638 with SHA-256: 32 octets.
Bytes thumbprint_of(const crypto::PublicKey& key);

}  // namespace step::acme
