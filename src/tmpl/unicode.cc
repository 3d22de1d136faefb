#include "tmpl/unicode.h"

#include <cstdint>

#include "json/utf8.h"

namespace step::tmpl {
namespace {

struct Range {
    char32_t low, high;
};
struct Stride {
    char32_t low, high, step;
};
struct Shift {
    char32_t low, high;
    std::int32_t step, by;
};

// clang-format off
#include "tmpl/unicode_data.inc"
#include "tmpl/unicode_classes.inc"
// clang-format on

bool within(std::span<const Range> ranges, char32_t rune) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), rune,
                                        [](char32_t r, const Range& x) { return r < x.low; });
    return after != ranges.begin() && rune <= std::prev(after)->high;
}

bool among(std::span<const Stride> strides, char32_t rune) {
    const auto after = std::upper_bound(strides.begin(), strides.end(), rune,
                                        [](char32_t r, const Stride& x) { return r < x.low; });
    return after != strides.begin() && rune <= std::prev(after)->high &&
           (rune - std::prev(after)->low) % std::prev(after)->step == 0;
}

char32_t shifted(std::span<const Shift> shifts, char32_t rune) {
    const auto after = std::upper_bound(shifts.begin(), shifts.end(), rune,
                                        [](char32_t r, const Shift& x) { return r < x.low; });
    // Runs of step 2 may enclose others, so look back a little.
    for (auto at = after; at != shifts.begin() && after - at < 4;) {
        --at;
        const auto distance = static_cast<std::int32_t>(rune - at->low);
        if (rune <= at->high && distance % at->step == 0) {
            return static_cast<char32_t>(static_cast<std::int32_t>(rune) + at->by);
        }
    }
    return rune;
}

void append_hex(std::string& out, char32_t value, unsigned digits) {
    out += fmt::format("{:0{}x}", static_cast<std::uint32_t>(value), digits);
}

void append_escaped(std::string& out, char32_t rune, char quote, bool ascii_only) {
    if (rune == static_cast<char32_t>(quote) || rune == '\\') {
        out += '\\';
        out += static_cast<char>(rune);
        return;
    }
    if (rune < 0x80 ? rune >= 0x20 && rune < 0x7f : !ascii_only && is_printable(rune)) {
        json::append_rune(out, rune);
        return;
    }
    constexpr std::string_view kNames = "abtnvfr";
    if (rune >= 7 && rune <= 13) {
        out += '\\';
        out += kNames[rune - 7];
    } else if (rune < ' ' || rune == 0x7f) {
        out += "\\x";
        append_hex(out, rune, 2);
    } else if (rune < 0x10000) {
        out += "\\u";
        append_hex(out, rune, 4);
    } else {
        out += "\\U";
        append_hex(out, rune, 8);
    }
}

}  // namespace

bool is_letter(char32_t rune) {
    if (rune < 0x80) {
        return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z');
    }
    return within(kLetters, rune);
}

bool is_digit(char32_t rune) {
    return rune < 0x80 ? rune >= '0' && rune <= '9' : within(kDigits, rune);
}

bool is_space(char32_t rune) {
    return (rune >= 9 && rune <= 13) || rune == ' ' || rune == 0x85 || rune == 0xa0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 ||
           rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

bool is_printable(char32_t rune) {
    return rune < 0x80 ? rune >= 0x20 && rune < 0x7f : within(kPrintable, rune);
}

bool is_upper(char32_t rune) {
    return rune < 0x80 ? rune >= 'A' && rune <= 'Z' : among(kUpper, rune);
}

bool is_lower(char32_t rune) {
    return rune < 0x80 ? rune >= 'a' && rune <= 'z' : among(kLower, rune);
}

bool is_title(char32_t rune) {
    // Category Lt, which is closed: digraphs of Latin and capitals with a small iota.
    return rune == 0x1c5 || rune == 0x1c8 || rune == 0x1cb || rune == 0x1f2 ||
           (rune >= 0x1f88 && rune <= 0x1faf && rune % 16 >= 8) || rune == 0x1fbc ||
           rune == 0x1fcc || rune == 0x1ffc;
}

bool is_number(char32_t rune) {
    return rune < 0x80 ? rune >= '0' && rune <= '9' : within(kNumbers, rune);
}

bool is_punct(char32_t rune) {
    constexpr std::string_view kPlain = "!\"#%&'()*,-./:;?@[\\]_{}";
    return rune < 0x80 ? kPlain.find(static_cast<char>(rune)) != std::string_view::npos
                       : within(kPunct, rune);
}

char32_t to_upper_rune(char32_t rune) {
    if (rune < 0x80) {
        return rune >= 'a' && rune <= 'z' ? rune - 32 : rune;
    }
    return shifted(kToUpper, rune);
}

char32_t to_lower_rune(char32_t rune) {
    if (rune < 0x80) {
        return rune >= 'A' && rune <= 'Z' ? rune + 32 : rune;
    }
    return shifted(kToLower, rune);
}

char32_t to_title_rune(char32_t rune) {
    return rune < 0x80 ? to_upper_rune(rune) : shifted(kToTitle, rune);
}

std::u32string to_runes(std::string_view text) {
    std::u32string runes;
    runes.reserve(text.size());
    while (!text.empty()) {
        const json::Rune rune = json::first_rune(text);
        runes += rune.value;
        text.remove_prefix(rune.size);
    }
    return runes;
}

std::string from_runes(std::u32string_view runes) {
    std::string text;
    for (const char32_t rune : runes) {
        json::append_rune(text, rune);
    }
    return text;
}

std::string map_runes(std::string_view text, char32_t (*map)(char32_t)) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const json::Rune rune = json::first_rune(text);
        json::append_rune(out, map(rune.value));
        text.remove_prefix(rune.size);
    }
    return out;
}

std::size_t count_runes(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) {
        text.remove_prefix(json::first_rune(text).size);
    }
    return count;
}

std::string quote_text(std::string_view text, bool ascii_only) {
    std::string out = "\"";
    while (!text.empty()) {
        const json::Rune rune = json::first_rune(text);
        if (!rune.valid) {
            out += "\\x";
            append_hex(out, static_cast<unsigned char>(text.front()), 2);
        } else {
            append_escaped(out, rune.value, '"', ascii_only);
        }
        text.remove_prefix(rune.size);
    }
    return out + '"';
}

std::string quote_rune(char32_t rune, bool ascii_only) {
    const bool scalar = rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
    std::string out = "'";
    append_escaped(out, scalar ? rune : json::kReplacement, '\'', ascii_only);
    return out + '\'';
}

}  // namespace step::tmpl
