#pragma once

#include <string>

#include "base/result.h"
#include "jose/jwk.h"

namespace step::commands {

/// "EC", "RSA", "OKP" or "oct".
std::string key_type(const jose::Jwk& jwk);

/// The algorithm that a key gets if none is asked for: ES256, RS256, EdDSA or
/// HS256; with use "enc" ECDH-ES, RSA-OAEP-256 or A256GCMKW.
std::string guess_algorithm(const jose::Jwk& jwk, const std::string& use);

/// Fails with kInvalidArgument if `jwk.alg` does not fit the key and its use; another use than
/// "sig" and "enc" allows any algorithm.
Status validate_jwk(const jose::Jwk& jwk);

}  // namespace step::commands
