#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace step::crypto {

inline constexpr std::size_t kBcryptSalt = 16;
inline constexpr std::size_t kBcryptHash = 23;
/// Longer ones are cut by the algorithm itself.
inline constexpr std::size_t kMaxBcryptPassword = 72;

/// bcrypt (Provos and Mazières, 1999) in the form called "2b": the password, then a zero octet.
/// `salt` has kBcryptSalt octets, `cost` is 4 to 31: 2^cost rounds. Gives kBcryptHash octets. The
/// 10 that the original uses takes some 50 ms.
Bytes bcrypt(ByteView password, ByteView salt, unsigned cost);

/// bcrypt_pbkdf of OpenSSH: derives `length` octets, at most 1024, from a password that is not
/// empty, with 1 to 65536 rounds of some 2 ms for each 32 octets. Fails with kInvalidArgument on
/// other arguments.
Result<Secret> bcrypt_pbkdf(ByteView password, ByteView salt, unsigned rounds, std::size_t length);

}  // namespace step::crypto
