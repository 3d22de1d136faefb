#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "tmpl/strconv.h"
#include "tmpl/strconv_impl.h"

namespace step::tmpl {
namespace {

bool is_decimal(char c) {
    return c >= '0' && c <= '9';
}

/// An underscore must stand between digits, or between a base prefix and a digit.
bool underscores_fit(std::string_view text) {
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        text.remove_prefix(1);
    }
    char before = '^';
    bool hexadecimal = false;
    std::size_t i = 0;
    if (text.size() >= 2 && text[0] == '0') {
        const char prefix = to_lower(text[1]);
        if (prefix == 'b' || prefix == 'o' || prefix == 'x') {
            i = 2;
            before = '0';
            hexadecimal = prefix == 'x';
        }
    }
    for (; i < text.size(); ++i) {
        if (is_decimal(text[i]) || (hexadecimal && strconv::digit_of(text[i]) < 16)) {
            before = '0';
        } else if (text[i] == '_') {
            if (before != '0') {
                return false;
            }
            before = '_';
        } else {
            if (before == '_') {
                return false;
            }
            before = '!';
        }
    }
    return before != '_';
}

bool is_word(std::string_view text, std::string_view word) {
    return equal_fold(text, word);
}

}  // namespace

Parsed<std::uint64_t> parse_uint(std::string_view text, unsigned base) {
    using Why = Parsed<std::uint64_t>::Why;
    if (text.empty()) {
        return {Why::kSyntax};
    }
    const std::string_view whole = text;
    const bool free_base = base == 0;
    if (free_base) {
        base = 10;
        if (text[0] == '0') {
            const char prefix = text.size() >= 3 ? to_lower(text[1]) : '\0';
            base = prefix == 'b' ? 2 : prefix == 'x' ? 16 : 8;
            text.remove_prefix(prefix == 'b' || prefix == 'o' || prefix == 'x' ? 2 : 1);
        }
    }
    std::uint64_t value = 0;
    bool underscores = false, over = false;
    for (const char c : text) {
        if (c == '_' && free_base) {
            underscores = true;
            continue;
        }
        const auto digit = static_cast<unsigned>(strconv::digit_of(c));
        if (digit >= base) {
            return {Why::kSyntax};
        }
        over = over || __builtin_mul_overflow(value, std::uint64_t{base}, &value) ||
               __builtin_add_overflow(value, std::uint64_t{digit}, &value);
    }
    if (underscores && !underscores_fit(whole)) {
        return {Why::kSyntax};
    }
    if (over) {
        return {Why::kRange, std::numeric_limits<std::uint64_t>::max()};
    }
    return {Why::kFine, value};
}

Parsed<std::int64_t> parse_int(std::string_view text, unsigned base) {
    using Why = Parsed<std::int64_t>::Why;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    const auto number = parse_uint(text, base);
    if (number.why == Parsed<std::uint64_t>::Why::kSyntax) {
        return {Why::kSyntax};
    }
    constexpr std::uint64_t kCut = std::uint64_t{1} << 63U;
    if (!number.fine() || number.value > (negative ? kCut : kCut - 1)) {
        return {Why::kRange, negative ? std::numeric_limits<std::int64_t>::min()
                                      : std::numeric_limits<std::int64_t>::max()};
    }
    return {Why::kFine, static_cast<std::int64_t>(negative ? 0 - number.value : number.value)};
}

Parsed<double> parse_float(std::string_view text) {
    using Why = Parsed<double>::Why;
    std::string_view body = text;
    const bool negative = body.starts_with('-');
    if (negative || body.starts_with('+')) {
        body.remove_prefix(1);
    }
    const auto signed_value = [negative](double value) { return negative ? -value : value; };
    if (is_word(body, "inf") || is_word(body, "infinity")) {
        return {Why::kFine, signed_value(std::numeric_limits<double>::infinity())};
    }
    if (is_word(text, "nan")) {
        return {Why::kFine, std::numeric_limits<double>::quiet_NaN()};
    }
    const bool hexadecimal = body.size() > 2 && body[0] == '0' && to_lower(body[1]) == 'x';
    if (body.find('_') != std::string_view::npos && !underscores_fit(text)) {
        return {Why::kSyntax};
    }
    std::string plain = strconv::without(body.substr(hexadecimal ? 2 : 0), '_');
    if (plain.empty() || (hexadecimal && plain.find_first_of("pP") == std::string::npos) ||
        !(strconv::digit_of(plain[0]) < (hexadecimal ? 16 : 10) || plain[0] == '.')) {
        return {Why::kSyntax};
    }
    double value = 0;
    const auto done =
        std::from_chars(plain.data(), plain.data() + plain.size(), value,
                        hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (done.ec == std::errc::invalid_argument || done.ptr != plain.data() + plain.size()) {
        return {Why::kSyntax};
    }
    if (done.ec == std::errc::result_out_of_range) {
        // Too small is zero, which is no error in Go.
        const std::size_t e = plain.find_first_of(hexadecimal ? "pP" : "eE");
        const bool small = (e != std::string::npos && plain.find('-', e) != std::string::npos) ||
                           (e == std::string::npos && plain.starts_with("0."));
        if (small) {
            return {Why::kFine, signed_value(0)};
        }
        return {Why::kRange, signed_value(std::numeric_limits<double>::infinity())};
    }
    return {Why::kFine, signed_value(value)};
}

}  // namespace step::tmpl
