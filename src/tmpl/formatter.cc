#include <algorithm>

#include "base/text.h"
#include "json/utf8.h"
#include "tmpl/format_impl.h"
#include "tmpl/strconv.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

constexpr std::uint64_t kMaxRune = 0x10ffff;

char32_t rune_of(std::uint64_t value) {
    return value > kMaxRune ? json::kReplacement : static_cast<char32_t>(value);
}

std::string encode(char32_t rune) {
    std::string out;
    const bool surrogate = rune >= 0xd800 && rune <= 0xdfff;
    json::append_rune(out, surrogate ? json::kReplacement : rune);
    return out;
}

bool can_backquote(std::string_view text) {
    return is_utf8(text) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) {
                           const auto octet = static_cast<unsigned char>(c);
                           return c == '\t' || (octet >= ' ' && c != '`' && octet != 0x7f);
                       }) &&
           text.find("\xef\xbb\xbf") == std::string_view::npos;
}

}  // namespace

void Formatter::write_padding(long count) {
    if (count > 0) {
        out_.append(static_cast<std::size_t>(count), flags.zero && !flags.minus ? '0' : ' ');
    }
}

void Formatter::pad(std::string_view text) {
    if (!flags.has_width || flags.width == 0) {
        out_ += text;
        return;
    }
    const long missing = flags.width - static_cast<long>(count_runes(text));
    if (!flags.minus) {
        write_padding(missing);
    }
    out_ += text;
    if (flags.minus) {
        write_padding(missing);
    }
}

void Formatter::pad_without_zeros(std::string_view text) {
    const bool zero = std::exchange(flags.zero, false);
    pad(text);
    flags.zero = zero;
}

void Formatter::write_unicode(std::uint64_t value) {
    const int digits = flags.has_precision && flags.precision > 4 ? flags.precision : 4;
    std::string text = fmt::format("U+{:0{}X}", value, digits);
    if (flags.sharp && value <= kMaxRune && is_printable(static_cast<char32_t>(value))) {
        text += " '" + encode(static_cast<char32_t>(value)) + "'";
    }
    pad_without_zeros(text);
}

void Formatter::write_integer(std::uint64_t value, unsigned base, bool is_signed, char32_t verb) {
    const bool negative = is_signed && static_cast<std::int64_t>(value) < 0;
    value = negative ? 0 - value : value;
    int digits = 0;
    if (flags.has_precision) {
        digits = flags.precision;
        if (digits == 0 && value == 0) {
            const bool zero = std::exchange(flags.zero, false);
            write_padding(flags.width);
            flags.zero = zero;
            return;
        }
    } else if (flags.zero && !flags.minus && flags.has_width) {
        digits = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
    }
    const bool upper = verb == 'X';
    const std::string_view alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string text;
    do {
        text += alphabet[value % base];
        value /= base;
    } while (value > 0);
    while (static_cast<int>(text.size()) < digits) {
        text += '0';
    }
    if (flags.sharp) {
        if (base == 2) {
            text += "b0";
        } else if (base == 8 && text.back() != '0') {
            text += '0';
        } else if (base == 16) {
            text += upper ? "X0" : "x0";
        }
    }
    if (verb == 'O') {
        text += "o0";
    }
    if (negative) {
        text += '-';
    } else if (flags.plus) {
        text += '+';
    } else if (flags.space) {
        text += ' ';
    }
    std::reverse(text.begin(), text.end());
    pad_without_zeros(text);
}

void Formatter::write_rune(std::uint64_t value) {
    pad(encode(rune_of(value)));
}

void Formatter::write_quoted_rune(std::uint64_t value) {
    pad(quote_rune(rune_of(value), flags.plus));
}

std::string_view Formatter::truncated(std::string_view text) const {
    if (!flags.has_precision) {
        return text;
    }
    std::size_t end = 0;
    for (int left = flags.precision; left > 0 && end < text.size(); --left) {
        end += json::first_rune(text.substr(end)).size;
    }
    return text.substr(0, end);
}

void Formatter::write_string(std::string_view text) {
    pad(truncated(text));
}

void Formatter::write_quoted(std::string_view text) {
    text = truncated(text);
    if (flags.sharp && can_backquote(text)) {
        pad("`" + std::string(text) + "`");
        return;
    }
    pad(quote_text(text, flags.plus));
}

void Formatter::write_hex(std::string_view octets, bool upper) {
    if (flags.has_precision) {
        octets = octets.substr(0, static_cast<std::size_t>(flags.precision));
    }
    const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    const std::string_view prefix = upper ? "0X" : "0x";
    std::string text;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        if (flags.space && i > 0) {
            text += ' ';
        }
        if (flags.sharp && (i == 0 || flags.space)) {
            text += prefix;
        }
        const auto octet = static_cast<unsigned char>(octets[i]);
        text += digits[octet >> 4U];
        text += digits[octet & 0xfU];
    }
    if (octets.empty()) {
        write_padding(flags.has_width ? flags.width : 0);
    } else {
        pad(text);
    }
}

/// What %#g and its relatives add: a decimal point and trailing zeros.
std::string Formatter::with_sharp(std::string number, char verb, int precision) const {
    int digits = 0;
    if (verb == 'g' || verb == 'G' || verb == 'x') {
        digits = precision == -1 ? 6 : precision;
    }
    const bool hexadecimal = verb == 'x' || verb == 'X';
    const std::size_t exponent = number.find_first_of(hexadecimal ? "pP" : "eE");
    const std::string tail = exponent == std::string::npos ? "" : number.substr(exponent);
    number.resize(std::min(exponent, number.size()));
    bool point = false, significant = false;
    for (const char c : number.substr(1)) {
        if (c == '.') {
            point = true;
            continue;
        }
        significant = significant || c != '0';
        digits -= significant ? 1 : 0;
    }
    if (!point) {
        if (number.size() == 2 && number[1] == '0') {
            --digits;
        }
        number += '.';
    }
    if (digits > 0) {
        number.append(static_cast<std::size_t>(digits), '0');
    }
    return number + tail;
}

void Formatter::write_float(double value, char verb, int precision) {
    if (flags.has_precision) {
        precision = flags.precision;
    }
    std::string number = format_float(value, verb, precision);
    if (number[0] != '-' && number[0] != '+') {
        number.insert(0, "+");
    }
    if (flags.space && number[0] == '+' && !flags.plus) {
        number[0] = ' ';
    }
    if (number[1] == 'I' || number[1] == 'N') {
        const bool bare = (number[1] == 'N' && !flags.space && !flags.plus);
        pad_without_zeros(bare ? std::string_view(number).substr(1) : std::string_view(number));
        return;
    }
    if (flags.sharp && verb != 'b') {
        number = with_sharp(std::move(number), verb, precision);
    }
    if (!flags.plus && number[0] == '+') {
        pad(std::string_view(number).substr(1));
        return;
    }
    const auto size = static_cast<int>(number.size());
    if (flags.zero && !flags.minus && flags.has_width && flags.width > size) {
        out_ += number[0];
        write_padding(flags.width - size);
        out_.append(number, 1);
        return;
    }
    pad(number);
}

}  // namespace step::tmpl
