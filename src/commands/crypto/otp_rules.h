#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "crypto/totp.h"

namespace step::commands {

// What both leaves of `crypto otp` share.

/// SHA1, SHA256 or SHA512 in either case; otherwise the original's words about --alg.
Result<crypto::Hash> otp_hash(const std::string& name);
/// 1 to 10; otherwise an error that names --length.
Result<unsigned> otp_digits(std::int64_t digits);
/// --length and --alg; --period differs in type between the two.
std::vector<cli::Flag> otp_flags();

}  // namespace step::commands
