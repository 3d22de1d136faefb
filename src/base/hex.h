#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace step {

/// Lower-case hexadecimal.
std::string encode_hex(ByteView bytes);
std::string encode_hex_upper(ByteView bytes);

/// Either case; fails with kInvalidArgument on an odd length or any other character, in Go's words.
Result<Bytes> parse_hex(std::string_view text);

}  // namespace step
