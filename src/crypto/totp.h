#pragma once

#include <cstdint>

#include "base/runtime.h"
#include "crypto/digest.h"

namespace step::crypto {

/// One-time passwords of the clock (RFC 6238) and, below them, of a counter (RFC 4226).
struct TotpRules {
    Hash hash = Hash::kSha1;    ///< SHA-1, SHA-256 or SHA-512.
    unsigned digits = 6;        ///< 1 to 10.
    std::uint64_t period = 30;  ///< Seconds, at least 1.
};

/// The password for a counter, with leading zeros.
std::string hotp(ByteView secret, std::uint64_t counter, const TotpRules& rules);
/// The password at `time`.
std::string totp(ByteView secret, SysTime time, const TotpRules& rules);
/// True if `password` is that of `time` or of one of `skew` periods before and after it. Compares
/// in constant time; a length that is not `digits` never fits.
bool check_totp(ByteView secret, std::string_view password, SysTime time, const TotpRules& rules,
                std::uint64_t skew);

}  // namespace step::crypto
