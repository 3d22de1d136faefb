#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/key.h"

namespace step::jose {

/// A signature algorithm of RFC 7518 3.1 or RFC 8037, and the only kind of key it works with.
struct Algorithm {
    std::string_view name{};
    crypto::SignatureScheme scheme = crypto::SignatureScheme::kEcdsaSha256;
    crypto::KeyKind kind = crypto::KeyKind::kEcP256;
    std::size_t field_bytes = 0;  ///< Of r and of s; 0 unless ECDSA.
};

/// Null if `name` is no algorithm with a public key.
const Algorithm* find_algorithm(std::string_view name);

/// The hash of HS256, HS384 or HS512. No public key fits these: parse_jws() knows them by name, and
/// only verify_hmac() and messages with a symmetric key use them.
std::optional<crypto::Hash> hmac_hash(std::string_view name);
bool is_hmac(std::string_view name);

/// A signature of this algorithm as crypto::PublicKey::verify() takes it: ECDSA's r and s as DER
/// (RFC 7518 3.4). Fails with kInvalidArgument if it has not the length of two such numbers.
Result<Bytes> signature_to_der(const Algorithm& algorithm, const Bytes& signature);

}  // namespace step::jose
