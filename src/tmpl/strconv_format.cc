#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

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

}  // namespace step::tmpl
