#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace step {

/// RFC 4648 6 without padding: what one-time password secrets are written in.
std::string encode_base32(ByteView bytes);

/// Takes either case, padding or none, CR and LF anywhere; anything else outside the alphabet, and
/// a length that no octets have, fails with kInvalidArgument. Unused low bits need not be zero.
Result<Bytes> parse_base32(std::string_view text);

}  // namespace step
