#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace step::tmpl {

/// What Go's strconv.ParseInt returns: a value even when it fails.
template <class T>
struct Parsed {
    enum class Why : unsigned char { kFine, kSyntax, kRange } why = Why::kFine;
    T value{};  ///< 0 after kSyntax, the nearest one after kRange.
    bool fine() const { return why == Why::kFine; }
};
/// Base 0 takes the prefixes and underscores of Go's constants.
Parsed<std::int64_t> parse_int(std::string_view text, unsigned base);
Parsed<std::uint64_t> parse_uint(std::string_view text, unsigned base);
/// strconv.ParseFloat: decimal and hexadecimal, "inf", "nan". Too large gives infinity and kRange.
Parsed<double> parse_float(std::string_view text);

/// strconv.FormatFloat; a negative precision takes as many digits as are needed. Formats: e, E, f,
/// g, G, x, X, b.
std::string format_float(double value, char format, int precision);
/// As encoding/json writes a float64.
std::string format_json_float(double value);

/// strconv.Unquote: "…", `…` and '…'. Fails with "invalid syntax".
Result<std::string> unquote(std::string_view text);
/// strconv.UnquoteChar of what follows a single quote, up to the next quote.
Result<char32_t> unquote_char(std::string_view text);

}  // namespace step::tmpl
