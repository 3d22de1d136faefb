#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace step::json {

/// Appends `text` as a JSON string with quotes, escaped as Go does with HTML escaping on:
/// < > & U+2028 U+2029 as \u00XX, control characters as \n \r \t \b \f or \u00XX, invalid
/// UTF-8 as \ufffd.
void append_string(std::string& out, std::string_view text);

/// Compact, as Go's json.Marshal.
std::string encode(const Value& value);
/// As Go's json.MarshalIndent with an empty prefix: ": " after names, [] and {} kept short.
std::string encode_indent(const Value& value, std::string_view indent);

/// The same value with the members of every object sorted by name, the last of equal names kept:
/// how Go's maps come out.
Value sorted(const Value& value);

}  // namespace step::json
