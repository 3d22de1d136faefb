#pragma once

#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace step::json {

struct ParseOptions {
    /// Text after the first value: ignored like Go's json.Decoder, or refused like
    /// json.Unmarshal ("invalid character 'x' after top-level value").
    enum class Trailing : unsigned char { kIgnore, kRefuse } trailing = Trailing::kRefuse;
    unsigned max_depth = 200;
};

/// Reads one value with the habits of Go's encoding/json: invalid UTF-8 and lone surrogates
/// become U+FFFD, duplicates are kept in order. Does not limit the size: the caller has the bytes.
/// Fails with kInvalidArgument; `detail` is Go's text ("invalid character 'o' in literal false
/// (expecting 'a')", "unexpected end of JSON input"), `cause` is "line L, column C".
Result<Value> parse(std::string_view text, ParseOptions options = {});

}  // namespace step::json
