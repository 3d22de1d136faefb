#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"

namespace step::crypto {

/// Functions that make a password costly to guess.
enum class PasswordHash : unsigned char { kScrypt, kBcrypt, kArgon2i, kArgon2id };

/// "scrypt", "bcrypt", "argon2i", "argon2id".
std::optional<PasswordHash> find_password_hash(std::string_view name);

/// A string in the PHC format, or bcrypt's own, with salt and parameters, for check_password():
/// scrypt with N = 2^15, r = 8, p = 1; bcrypt with cost 10; argon2i with 32 MiB, 3 passes, argon2id
/// with 64 MiB, 1 pass, both with 4 lanes. Fails with kInvalidArgument if bcrypt would cut the
/// password, kInternal without memory.
Result<std::string> hash_password(PasswordHash how, ByteView password, Random& random);

/// scrypt (RFC 7914): `length` octets with N = 2^`log_n`, which takes 128 * r * N octets of memory:
/// the caller bounds it. Fails with kInternal without memory.
Result<Secret> scrypt(ByteView password, ByteView salt, unsigned log_n, unsigned r, unsigned p,
                      std::size_t length);

/// What computing a hash takes: time grows with memory times passes.
struct HashWork {
    std::int64_t kib = 0, passes = 0;
};

/// What check_password() would have to do for `hash`, without doing it; nothing for a malformed
/// hash of bcrypt, which fits no password. Fails as check_password() does.
Result<HashWork> work_of_hash(std::string_view hash);

/// True if `password` is the one that `hash` was made of. Reads any parameters whose computation
/// takes some ten seconds and 2 GiB at most: scrypt of N up to 2^20, r and p up to 32, and 2 GiB
/// times p; argon2 (version 19) of up to 128 passes and 32 lanes, 2 GiB, and 8 GiB over all passes;
/// bcrypt ("2a" only) of cost 4 to 17. Fails with kInvalidArgument, in the original's words.
Result<bool> check_password(ByteView password, std::string_view hash);

}  // namespace step::crypto
