#include "base/text.h"

#include <cstdint>

#include <fmt/core.h>

namespace step {
namespace {

struct Rune {
    std::uint32_t value = 0;
    std::size_t length = 0;  ///< 0: not UTF-8 here.
};

Rune decode(std::string_view text) {
    const auto octet = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = octet(0);
    if (first < 0x80) {
        return {first, text.empty() ? 0U : 1U};
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) {
        return {};
    }
    std::uint32_t value = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((octet(i) & 0xc0U) != 0x80) {
            return {};
        }
        value = value << 6U | (octet(i) & 0x3fU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value < 0xe000;
    if (value < kLeast[length] || value > 0x10ffff || surrogate) {
        return {};
    }
    return {value, length};
}

bool is_space(std::uint32_t rune) {
    return (rune >= 9 && rune <= 13) || rune == ' ' || rune == 0x85 || rune == 0xa0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 ||
           rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

/// Not every code point without a glyph: controls, separators, the byte order mark and what
/// Go's %q escapes in practice.
bool is_printable(std::uint32_t rune) {
    const bool control = rune < 0x20 || (rune >= 0x7f && rune < 0xa1) || rune == 0xad;
    const bool private_use = (rune >= 0xe000 && rune < 0xf900) || rune >= 0xe0000;
    const bool format = (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x202a && rune <= 0x202e) ||
                        (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff;
    return !control && !private_use && !format && (rune == ' ' || !is_space(rune));
}

}  // namespace

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = to_lower(c);
    }
    return result;
}

std::string to_upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return result;
}

bool equal_fold(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return to_lower(x) == to_lower(y);
           });
}

std::string_view trim_right(std::string_view text) {
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0U) == 0x80) {
            --start;
        }
        const Rune last = decode(text.substr(start));
        if (last.length == 0 || !is_space(last.value)) {
            break;
        }
        text.remove_suffix(text.size() - start);
    }
    return text;
}

std::string_view trim(std::string_view text) {
    while (!text.empty()) {
        const Rune first = decode(text);
        if (first.length == 0 || !is_space(first.value)) {
            break;
        }
        text.remove_prefix(first.length);
    }
    return trim_right(text);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string result;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        result.append(i == 0 ? "" : separator).append(parts[i]);
    }
    return result;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; !from.empty() && (at = text.find(from, at)) != std::string::npos;
         at += to.size()) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::string format_list(const std::vector<std::string>& parts) {
    return "[" + join(parts, " ") + "]";
}

std::string quote(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const Rune rune = decode(text);
        const char c = text.front();
        if (rune.length == 0) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            text.remove_prefix(1);
            continue;
        }
        constexpr std::string_view kNamed = "\a\b\f\n\r\t\v\\\"";
        constexpr std::string_view kLetters = "abfnrtv\\\"";
        const std::size_t named = rune.length == 1 ? kNamed.find(c) : std::string_view::npos;
        if (named != std::string_view::npos) {
            result.append(1, '\\').append(1, kLetters[named]);
        } else if (is_printable(rune.value)) {
            result.append(text.substr(0, rune.length));
        } else if (rune.value < 0x80) {
            result += fmt::format("\\x{:02x}", rune.value);
        } else if (rune.value < 0x10000) {
            result += fmt::format("\\u{:04x}", rune.value);
        } else {
            result += fmt::format("\\U{:08x}", rune.value);
        }
        text.remove_prefix(rune.length);
    }
    return result + "\"";
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const Rune rune = decode(text);
        if (rune.length == 0) {
            return false;
        }
        text.remove_prefix(rune.length);
    }
    return true;
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        const bool c1 = octet == 0xc2 && next >= 0x80 && next < 0xa0;
        out += octet < 0x20 || octet == 0x7f || c1 ? '?' : text[i];
        i += c1 ? 1 : 0;
    }
    return out;
}

}  // namespace step
