#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/key.h"
#include "jose/jws.h"

namespace step::remote {

/// A public key that may sign tokens.
struct IssuerKey {
    std::string kid{}, algorithm{};  ///< Empty algorithm: any that fits the key.
    crypto::PublicKey key;
};

/// The keys of a JWK Set (RFC 7517 5) that can be used: those of an unknown type, not for
/// signatures, private, symmetric or RSA below 2048 bits are passed over. Takes a thousand keys at
/// most. Fails with kInvalidArgument if the text is no JWK Set or no key is left.
Result<std::vector<IssuerKey>> parse_issuer_keys(std::string_view text);

/// What an OpenID configuration says of its issuer (OpenID Connect Discovery 4.2).
struct Discovery {
    std::string issuer{}, jwks_uri{};
};
/// Fails with kInvalidArgument and the original's words: "issuer cannot be empty". Keys must come
/// from an https URL.
Result<Discovery> parse_discovery(std::string_view text);

/// `max-age` of a Cache-Control header (RFC 9111 5.2.2.1), between a minute and a day; twelve hours
/// if it says nothing.
std::chrono::seconds cache_age(std::string_view cache_control);

/// True if one of `keys` with the token's kid made its signature.
bool signed_by(const std::vector<IssuerKey>& keys, const jose::Jws& token);

}  // namespace step::remote
