#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"

namespace step::jose {

/// Encrypts with a password: compact JWE (RFC 7516, 7518 4.8) PBES2-HS256+A128KW, A256GCM,
/// 600,000 rounds, 16 octets of salt; header {"alg","cty","enc","p2c","p2s"} in this order, as
/// the original writes private JWKs (`content_type` "jwk+json").
Result<std::string> encrypt_with_password(ByteView plaintext, ByteView password,
                                          std::string_view content_type, Random& random);

/// Opens a compact (or flattened JSON) JWE made with PBES2-HS256+A128KW, HS384+A192KW or
/// HS512+A256KW and A128/192/256GCM. Fails with kUnauthenticated on a wrong password
/// ("failed to decrypt JWE: invalid password"), kInvalidArgument on anything malformed, above
/// 1 MiB, or asking for more than `max_rounds` of PBKDF2.
Result<Secret> decrypt_with_password(std::string_view jwe, ByteView password,
                                     unsigned max_rounds = 10'000'000);

/// Whether decrypt_with_password could open `jwe` with the right password: its form, algorithms
/// and limits. Decrypts nothing; fails as that does.
Status check_password_jwe(std::string_view jwe, unsigned max_rounds = 10'000'000);

}  // namespace step::jose
