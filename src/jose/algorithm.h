#pragma once

#include <optional>
#include <string_view>

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

/// HS256, HS384 or HS512: names we know and never accept, since no public key fits them.
bool is_hmac(std::string_view name);

}  // namespace step::jose
