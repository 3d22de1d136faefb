#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace step {

/// The four encodings of RFC 4648 that Go names Std, RawStd, URL and RawURL.
enum class Base64 : unsigned char { kStd, kRawStd, kUrl, kRawUrl };

std::string encode_base64(ByteView bytes, Base64 kind = Base64::kStd);

/// Decodes as Go's encoding/base64 does: CR and LF are skipped, padding must be exactly what
/// `kind` says, anything else outside the alphabet fails with kInvalidArgument. Unused low
/// bits of the last character need not be zero, as in Go's default mode.
Result<Bytes> parse_base64(std::string_view text, Base64 kind = Base64::kStd);

}  // namespace step
