#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    std::vector<Bytes> chain{};              ///< x5c: certificates in DER, the key's own first.
    std::string x5u{}, x5t{}, x5t_sha256{};  ///< As they came; nobody follows or checks them.

    /// True for a public key alone; a symmetric one is not.
    bool is_public() const { return public_key && !private_key; }
    /// A second copy (keys are reference counted).
    Jwk clone() const;
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

/// Reads a JWK Set (RFC 7517 5). Each key must be one that we read. Fails with kInvalidArgument.
Result<std::vector<Jwk>> parse_jwk_set(std::string_view text);
/// {"keys":[…]}. Contains private members: handle the text as a secret.
json::Value private_jwk_set(const std::vector<Jwk>& keys);

/// The members in go-jose's order: use, kty, kid, crv, alg, k, x, y, n, e, d, p, q, dp, dq, qi,
/// x5c, x5u, x5t, x5t#S256.
json::Value public_jwk(const Jwk& key);
/// Contains the private members: handle the text as a secret.
json::Value private_jwk(const Jwk& key);

/// RFC 7638 with SHA-256, base64url without padding.
std::string thumbprint(const crypto::PublicKey& key);
/// The same for a symmetric key.
std::string thumbprint(const Jwk& key);

/// "ES256", "EdDSA", "RS256", …: what the original picks for a key.
std::string default_algorithm(const crypto::PublicKey& key);

}  // namespace step::jose
