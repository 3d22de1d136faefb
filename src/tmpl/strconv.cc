#include "tmpl/strconv.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "json/utf8.h"

namespace step::tmpl {
namespace {

bool is_decimal(char c) {
    return c >= '0' && c <= '9';
}

int digit_of(char c) {
    if (is_decimal(c)) {
        return c - '0';
    }
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
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
        if (is_decimal(text[i]) || (hexadecimal && digit_of(text[i]) < 16)) {
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

std::string without(std::string_view text, char unwanted) {
    std::string out(text);
    std::erase(out, unwanted);
    return out;
}

bool is_word(std::string_view text, std::string_view word) {
    return equal_fold(text, word);
}

/// The digits of a decimal fraction and where the point stands.
struct Digits {
    std::string digits{};
    int point = 0;  ///< The value is 0.digits times ten to this power.
};

/// `precision` digits behind the first one, or as many as are needed.
Digits scientific(double value, int precision) {
    std::array<char, 800> buffer{};
    const auto done = precision < 0
                          ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::scientific)
                          : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::scientific, std::min(precision, 770));
    const std::string_view text(buffer.data(), static_cast<std::size_t>(done.ptr - buffer.data()));
    const std::size_t e = text.find('e');
    Digits result;
    for (const char c : text.substr(0, e)) {
        if (c != '.') {
            result.digits += c;
        }
    }
    const std::string_view power = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
    std::from_chars(power.data(), power.data() + power.size(), result.point);
    ++result.point;
    if (value == 0) {
        result.point = 1;
    }
    return result;
}

std::string exponent_text(int exponent) {
    return fmt::format("{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
}

std::string with_exponent(const Digits& number, std::size_t decimals, char e) {
    std::string out(1, number.digits.front());
    if (decimals > 0) {
        std::string tail = number.digits.substr(1, decimals);
        tail.resize(decimals, '0');
        out += "." + tail;
    }
    return out + e + exponent_text(number.point - 1);
}

std::string with_point(const Digits& number, std::size_t decimals) {
    std::string out;
    const auto digit = [&](int i) {
        return i >= 0 && i < static_cast<int>(number.digits.size())
                   ? number.digits[static_cast<std::size_t>(i)]
                   : '0';
    };
    if (number.point > 0) {
        for (int i = 0; i < number.point; ++i) {
            out += digit(i);
        }
    } else {
        out = "0";
    }
    if (decimals > 0) {
        out += '.';
        for (std::size_t i = 0; i < decimals; ++i) {
            out += digit(number.point + static_cast<int>(i));
        }
    }
    return out;
}

std::string format_general(double value, char format, int precision) {
    const bool shortest = precision < 0;
    int significant = precision == 0 ? 1 : precision;
    Digits number = scientific(value, shortest ? -1 : significant - 1);
    while (number.digits.size() > 1 && number.digits.back() == '0') {
        number.digits.pop_back();
    }
    const int count = static_cast<int>(number.digits.size());
    int limit = significant;
    if (limit > count && count >= number.point) {
        limit = count;
    }
    if (shortest) {
        limit = 6;
    }
    const int exponent = number.point - 1;
    if (exponent < -4 || exponent >= limit) {
        return with_exponent(number, static_cast<std::size_t>(count - 1),
                             format == 'G' ? 'E' : 'e');
    }
    return with_point(number, static_cast<std::size_t>(std::max(count - number.point, 0)));
}

std::string format_hexadecimal(double value, char format, int precision) {
    std::array<char, 80> buffer{};
    const auto done = precision < 0
                          ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::hex)
                          : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::hex, std::min(precision, 40));
    const std::string_view text(buffer.data(), static_cast<std::size_t>(done.ptr - buffer.data()));
    const std::size_t p = text.find('p');
    int exponent = 0;
    const std::string_view power = text.substr(p + (text[p + 1] == '+' ? 2 : 1));
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    std::string out = "0x" + std::string(text.substr(0, p)) + "p" + exponent_text(exponent);
    return format == 'X' ? to_upper(out) : out;
}

std::string format_binary(double value) {
    int exponent = 0;
    const double mantissa = std::frexp(value, &exponent);
    constexpr int kBits = 53, kLeast = -1074;
    if (exponent - kBits < kLeast || value == 0) {
        // Below what has all bits, the exponent stands still.
        return fmt::format("{}p{}", static_cast<std::uint64_t>(std::ldexp(value, -kLeast)), kLeast);
    }
    return fmt::format("{}p{:+}", static_cast<std::uint64_t>(std::ldexp(mantissa, kBits)),
                       exponent - kBits);
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
        const auto digit = static_cast<unsigned>(digit_of(c));
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
    std::string plain = without(body.substr(hexadecimal ? 2 : 0), '_');
    if (plain.empty() || (hexadecimal && plain.find_first_of("pP") == std::string::npos) ||
        !(digit_of(plain[0]) < (hexadecimal ? 16 : 10) || plain[0] == '.')) {
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

std::string format_float(double value, char format, int precision) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value < 0 ? "-Inf" : "+Inf";
    }
    const std::string sign = std::signbit(value) ? "-" : "";
    value = std::fabs(value);
    switch (format) {
        case 'e':
        case 'E': {
            const Digits number = scientific(value, precision);
            const std::size_t decimals =
                precision < 0 ? number.digits.size() - 1 : static_cast<std::size_t>(precision);
            return sign + with_exponent(number, decimals, format);
        }
        case 'f': {
            if (precision < 0) {
                const Digits number = scientific(value, -1);
                const int decimals = static_cast<int>(number.digits.size()) - number.point;
                return sign + with_point(number, static_cast<std::size_t>(std::max(decimals, 0)));
            }
            std::string buffer(static_cast<std::size_t>(std::min(precision, 1100)) + 400, '\0');
            const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::fixed, std::min(precision, 1100));
            buffer.resize(static_cast<std::size_t>(done.ptr - buffer.data()));
            if (precision > 1100) {
                buffer.append(static_cast<std::size_t>(precision - 1100), '0');
            }
            return sign + buffer;
        }
        case 'x':
        case 'X':
            return sign + format_hexadecimal(value, format, precision);
        case 'b':
            return sign + format_binary(value);
        default:
            return sign + format_general(value, format, precision);
    }
}

std::string format_json_float(double value) {
    const double size = std::fabs(value);
    if (size == 0 || (size >= 1e-6 && size < 1e21)) {
        return format_float(value, 'f', -1);
    }
    std::string text = format_float(value, 'e', -1);
    // Go cleans e-09 to e-9.
    const std::size_t n = text.size();
    if (n >= 4 && text[n - 4] == 'e' && text[n - 3] == '-' && text[n - 2] == '0') {
        text.erase(n - 2, 1);
    }
    return text;
}

namespace {

Error bad_syntax() {
    return Error{.code = Code::kInvalidArgument, .detail = "invalid syntax"};
}

/// One character or escape at the front of `text`, which it shortens.
struct Piece {
    char32_t rune = 0;
    bool octet = false;  ///< \x41 and \101 stand for one octet.
};

Result<Piece> read_digits(std::string_view& text, std::size_t count, unsigned base, bool octet) {
    char32_t value = 0;
    if (text.size() < count) {
        return bad_syntax();
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto digit = static_cast<unsigned>(digit_of(text[i]));
        if (digit >= base) {
            return bad_syntax();
        }
        value = value * base + digit;
    }
    text.remove_prefix(count);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (octet ? value > 255 : value > 0x10ffff || surrogate) {
        return bad_syntax();
    }
    return Piece{value, octet};
}

Result<Piece> read_piece(std::string_view& text, char quote) {
    if (text.empty() || text.front() == '\n') {
        return bad_syntax();
    }
    if (text.front() != '\\') {
        if (text.front() == quote && quote != '`') {
            return bad_syntax();
        }
        const json::Rune rune = json::first_rune(text);
        const Piece piece{rune.valid ? rune.value : static_cast<unsigned char>(text.front()),
                          !rune.valid};
        text.remove_prefix(rune.size);
        return piece;
    }
    if (text.size() < 2) {
        return bad_syntax();
    }
    const char escape = text[1];
    text.remove_prefix(2);
    constexpr std::string_view kEscapes = "abtnvfr";
    if (const std::size_t at = kEscapes.find(escape); at != std::string_view::npos) {
        return Piece{static_cast<char32_t>(7 + at)};
    }
    switch (escape) {
        case 'x':
            return read_digits(text, 2, 16, true);
        case 'u':
            return read_digits(text, 4, 16, false);
        case 'U':
            return read_digits(text, 8, 16, false);
        case '\\':
            return Piece{U'\\'};
        case '\'':
        case '"':
            if (escape != quote) {
                return bad_syntax();
            }
            return Piece{static_cast<char32_t>(escape)};
        default:
            break;
    }
    if (escape >= '0' && escape <= '7') {
        std::string_view digits(&escape, 1);
        if (text.size() < 2) {
            return bad_syntax();
        }
        std::string octal = std::string(digits) + std::string(text.substr(0, 2));
        text.remove_prefix(2);
        std::string_view rest = octal;
        return read_digits(rest, 3, 8, true);
    }
    return bad_syntax();
}

}  // namespace

Result<std::string> unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != text.back()) {
        return bad_syntax();
    }
    const char quote = text.front();
    text = text.substr(1, text.size() - 2);
    if (quote == '`') {
        if (text.find('`') != std::string_view::npos) {
            return bad_syntax();
        }
        return without(text, '\r');
    }
    std::string out;
    while (!text.empty()) {
        STEP_ASSIGN(const Piece piece, read_piece(text, quote));
        if (piece.octet) {
            out += static_cast<char>(piece.rune);
        } else {
            json::append_rune(out, piece.rune);
        }
    }
    return out;
}

Result<char32_t> unquote_char(std::string_view text) {
    STEP_ASSIGN(const Piece piece, read_piece(text, '\''));
    if (text != "'") {
        return Error{.code = Code::kInvalidArgument, .detail = "malformed"};
    }
    return piece.rune;
}

}  // namespace step::tmpl
