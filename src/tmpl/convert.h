#pragma once

#include <string>
#include <string_view>

#include "json/value.h"
#include "tmpl/function.h"

namespace step::tmpl {

/// What Go's json.Unmarshal into an `any` gives: numbers are float64. Fails with Go's words if a
/// number is larger than any float64.
Result<Value> from_json(const json::Value& value);
/// The same for text, which must be one JSON value; Go's words if it is not.
Result<Value> from_json_text(Context& context, std::string_view text);

struct JsonStyle {
    bool escape_html = true;
    std::string_view indent{};  ///< Empty: on one line.
};
/// Go's json.Marshal: maps by key, []uint8 as base64, times as RFC 3339. Fails with Go's words for
/// what has no JSON form.
Result<std::string> to_json(Context& context, const Value& value, JsonStyle style);
inline Result<std::string> to_json(Context& context, const Value& value) {
    return to_json(context, value, JsonStyle{});
}

}  // namespace step::tmpl
