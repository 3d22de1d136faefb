#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "json/value.h"

namespace step::jose {

/// Reads a JSON object the way JOSE needs it (RFC 7515 4, RFC 7519 4): one value and nothing
/// after it, and no object in it may have two members of one name. `what` names it in errors.
/// Fails with kInvalidArgument.
Result<json::Value> parse_object(std::string_view text, std::string_view what);

/// Fails with kInvalidArgument if an object in `value` has two members of one name.
Status check_no_duplicates(const json::Value& value);

/// Reads the string member with exactly this name into `out`; absent or null leaves it empty.
Status get_string(const json::Value& object, std::string_view name, std::string& out);

/// base64url, as RFC 7515 2; padding at the end is tolerated as the original does.
Result<Bytes> parse_base64url(std::string_view text);
std::string encode_base64url(ByteView bytes);

/// `text` without ASCII white space: JOSE texts may come wrapped.
std::string strip_space(std::string_view text);

/// kInvalidArgument with this detail.
Error invalid(std::string detail);

}  // namespace step::jose
