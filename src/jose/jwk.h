#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"
#include "json/value.h"

namespace step::jose {

/// A JSON Web Key (RFC 7517) of a public, private or symmetric key.
struct Jwk {
    std::string kid{}, use{}, alg{};
    std::optional<crypto::PublicKey> public_key{};    ///< Set unless symmetric.
    std::optional<crypto::PrivateKey> private_key{};  ///< Set if private.
    Secret symmetric{};                               ///< kty "oct".
};

/// Reads a JWK as go-jose does. Fails with kInvalidArgument.
Result<Jwk> parse_jwk(std::string_view text);
Result<Jwk> parse_jwk(const json::Value& value);
// Strings and literals would fit both of the above.
inline Result<Jwk> parse_jwk(const std::string& text) {
    return parse_jwk(std::string_view(text));
}
inline Result<Jwk> parse_jwk(const char* text) {
    return parse_jwk(std::string_view(text));
}

/// The members in go-jose's order: use, kty, kid, crv, alg, k, x, y, n, e, d, p, q, dp, dq, qi.
json::Value public_jwk(const Jwk& key);
/// Contains the private members: handle the text as a secret.
json::Value private_jwk(const Jwk& key);

/// RFC 7638 with SHA-256, base64url without padding.
std::string thumbprint(const crypto::PublicKey& key);

/// "ES256", "EdDSA", "RS256", …: what the original picks for a key.
std::string default_algorithm(const crypto::PublicKey& key);

}  // namespace step::jose
