#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace step::http {

struct ByteRange {
    std::uint64_t start = 0, length = 0;
    bool operator==(const ByteRange&) const = default;
};

/// A Range header (RFC 9110 14.2) about a body of `size` octets, read as Go's net/http does: ranges
/// that begin behind the end are left out. Fails with kInvalidArgument on what is malformed or if
/// nothing is left: "invalid range", "invalid range: failed to overlap".
Result<std::vector<ByteRange>> parse_ranges(std::string_view header, std::uint64_t size);

}  // namespace step::http
