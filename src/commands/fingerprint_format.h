#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace step::commands {

/// How a digest is written: "hex", "base64", "base64-url", "base64-raw", "base64-url-raw",
/// "emoji" and the original's other spellings of these. Fails with kInvalidArgument.
using DigestWriter = std::string (*)(ByteView digest);
Result<DigestWriter> parse_fingerprint_format(std::string_view format);

/// One emoji for each octet.
std::string encode_emoji(ByteView bytes);

}  // namespace step::commands
