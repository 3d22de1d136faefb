#include <cmath>

#include "tmpl/strconv.h"
#include "tmpl/tree.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

Error bad(std::string text) {
    return Error{.code = Code::kInvalidArgument, .detail = std::move(text)};
}

bool fits_int(double value) {
    return value >= -9223372036854775808.0 && value < 9223372036854775808.0 &&
           std::trunc(value) == value;
}

bool fits_uint(double value) {
    return value >= 0 && value < 18446744073709551616.0 && std::trunc(value) == value;
}

void take_whole(Number& number, double value) {
    if (!number.is_int && fits_int(value)) {
        number.is_int = true;
        number.as_int = static_cast<std::int64_t>(value);
    }
    if (!number.is_uint && fits_uint(value)) {
        number.is_uint = true;
        number.as_uint = static_cast<std::uint64_t>(value);
    }
}

Number complex_number(Complex value) {
    Number number{.is_complex = true, .as_complex = value};
    if (value.imag == 0) {
        number.is_float = true;
        number.as_float = value.real;
        take_whole(number, value.real);
    }
    return number;
}

Result<Number> read_char(std::string_view text) {
    auto rune = unquote_char(text.substr(1));
    if (!rune && rune.error().detail == "malformed") {
        return bad("malformed character constant: " + std::string(text));
    }
    STEP_TRY(rune);
    return Number{.is_int = true,
                  .is_uint = true,
                  .is_float = true,
                  .as_int = std::int64_t{*rune},
                  .as_uint = *rune,
                  .as_float = static_cast<double>(*rune)};
}

/// "1+2i": the sign of the second part divides the two, unless an exponent stands before it.
Result<Number> read_complex(std::string_view text) {
    std::size_t middle = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const char before = text[i - 1];
        const bool exponent = before == 'e' || before == 'E' || before == 'p' || before == 'P';
        if ((text[i] == '+' || text[i] == '-') && !exponent) {
            middle = i;
        }
    }
    const auto real = parse_float(text.substr(0, middle));
    const auto imaginary = parse_float(text.substr(middle, text.size() - middle - 1));
    if (!real.fine() || !imaginary.fine()) {
        return bad("syntax error scanning complex number");
    }
    return complex_number({real.value, imaginary.value});
}

}  // namespace

Result<Number> read_number(std::string_view text, bool is_complex) {
    if (text.starts_with('\'')) {
        return read_char(text);
    }
    if (is_complex) {
        return read_complex(text);
    }
    if (text.ends_with('i')) {
        const auto imaginary = parse_float(text.substr(0, text.size() - 1));
        if (imaginary.fine()) {
            return complex_number({0, imaginary.value});
        }
    }
    Number number;
    if (const auto value = parse_uint(text.starts_with('+') ? "+" : text, 0); value.fine()) {
        number.is_uint = true;
        number.as_uint = value.value;
    }
    if (const auto value = parse_int(text, 0); value.fine()) {
        number.is_int = true;
        number.as_int = value.value;
        number.is_uint = number.is_uint || value.value == 0;
    }
    if (number.is_int || number.is_uint) {
        number.is_float = true;
        number.as_float = number.is_int ? static_cast<double>(number.as_int)
                                        : static_cast<double>(number.as_uint);
        return number;
    }
    const auto value = parse_float(text);
    if (!value.fine()) {
        return bad("illegal number syntax: " + quote_text(text));
    }
    if (text.find_first_of(".eEpP") == std::string_view::npos) {
        return bad("integer overflow: " + quote_text(text));
    }
    number.is_float = true;
    number.as_float = value.value;
    take_whole(number, value.value);
    return number;
}

}  // namespace step::tmpl
