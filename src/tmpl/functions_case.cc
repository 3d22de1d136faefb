#include "json/utf8.h"
#include "tmpl/families_impl.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

/// What Go's strings.Title takes for the space between words.
bool is_separator(char32_t rune) {
    if (rune < 0x80) {
        return !is_letter(rune) && !is_digit(rune) && rune != '_';
    }
    return is_space(rune);
}

Result<Value> title(Call& call) {
    std::u32string runes = to_runes(call.text(0));
    char32_t before = ' ';
    for (char32_t& rune : runes) {
        const char32_t now = rune;
        if (is_separator(before)) {
            rune = to_title_rune(rune);
        }
        before = now;
    }
    return Value(from_runes(runes));
}

Result<Value> untitle(Call& call) {
    std::u32string runes = to_runes(call.text(0));
    bool begins = true;
    for (char32_t& rune : runes) {
        if (is_space(rune)) {
            begins = true;
        } else if (std::exchange(begins, false)) {
            rune = to_lower_rune(rune);
        }
    }
    return Value(from_runes(runes));
}

Result<Value> swapcase(Call& call) {
    std::u32string runes = to_runes(call.text(0));
    bool begins = true;
    for (char32_t& rune : runes) {
        if (is_upper(rune) || is_title(rune)) {
            rune = to_lower_rune(rune);
            begins = false;
        } else if (is_lower(rune)) {
            rune = std::exchange(begins, false) ? to_title_rune(rune) : to_upper_rune(rune);
        } else {
            begins = is_space(rune);
        }
    }
    return Value(from_runes(runes));
}

/// goutils reads octets as characters.
Result<Value> nospace(Call& call) {
    std::string out;
    bool changed = false;
    for (const char c : call.text(0)) {
        const char32_t rune = static_cast<unsigned char>(c);
        if (is_space(rune)) {
            changed = true;
        } else {
            json::append_rune(out, rune);
        }
    }
    return changed ? Value(std::move(out)) : call[0];
}

Result<Value> initials(Call& call) {
    std::string out;
    bool begins = true;
    for (const char c : call.text(0)) {
        const char32_t rune = static_cast<unsigned char>(c);
        if (is_space(rune)) {
            begins = true;
        } else if (std::exchange(begins, false)) {
            json::append_rune(out, rune);
        }
    }
    return Value(std::move(out));
}

/// goutils.AbbreviateFull, for widths that sprig lets through.
std::string abbreviated(std::string_view text, std::int64_t offset, std::int64_t width) {
    const auto size = static_cast<std::int64_t>(text.size());
    const auto part = [&](std::int64_t from, std::int64_t length) {
        return std::string(
            text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(length)));
    };
    if (width < 4) {
        return "";
    }
    if (size <= width) {
        return std::string(text);
    }
    const std::int64_t room = width - 3;
    offset = std::min(offset, size);
    offset = size - offset < room ? size - room : offset;
    if (offset <= 4) {
        return part(0, room) + "...";
    }
    if (width < 7) {
        return "";
    }
    if (offset + room < size) {
        return "..." + abbreviated(text.substr(static_cast<std::size_t>(offset)), 0, room);
    }
    return "..." + part(size - room, room);
}

Result<Value> abbrev(Call& call) {
    if (call.integer(0) < 4) {
        return call[1];
    }
    return Value(abbreviated(call.text(1), 0, call.integer(0)));
}

Result<Value> abbrevboth(Call& call) {
    const std::int64_t left = call.integer(0), right = call.integer(1);
    if (right < 4 || (left > 0 && right < 7)) {
        return call[2];
    }
    return Value(abbreviated(call.text(2), left, right));
}

Result<Value> wrapped(Call& call, std::string_view text, std::string_view line, bool break_words) {
    const auto size = text.size();
    const auto width = static_cast<std::size_t>(std::max<std::int64_t>(call.integer(0), 1));
    line = line.empty() ? "\n" : line;
    const std::size_t limit = call.context().limits().output;
    STEP_TRY(call.context().reserve_text(
        line.size() > limit / (size + 1) ? limit + 1 : size * (line.size() + 1)));
    std::string out;
    std::size_t offset = 0;
    while (offset < size && size - offset > width) {
        if (text[offset] == ' ') {
            ++offset;
            continue;
        }
        const std::size_t space = text.substr(offset, width + 1).rfind(' ');
        std::size_t end = offset + width, next = end;
        if (space != std::string_view::npos) {
            end = offset + space;
            next = end + 1;
        } else if (!break_words) {
            end = text.find(' ', end);
            if (end == std::string_view::npos) {
                break;
            }
            next = end + 1;
        }
        out.append(text.substr(offset, end - offset)).append(line);
        offset = next;
    }
    return Value(out.append(text.substr(offset)));
}

Result<Value> wrap(Call& call) {
    return wrapped(call, call.text(1), "", false);
}

Result<Value> wrap_with(Call& call) {
    return wrapped(call, call.text(2), call.text(1), true);
}

constexpr Entry kFamily[] = {
    {"title", "string", title},
    {"untitle", "string", untitle},
    {"swapcase", "string", swapcase},
    {"nospace", "string", nospace},
    {"initials", "string", initials},
    {"abbrev", "int string", abbrev},
    {"abbrevboth", "int int string", abbrevboth},
    {"wrap", "int string", wrap},
    {"wrapWith", "int string string", wrap_with},
};

}  // namespace

std::span<const Entry> case_family() {
    return kFamily;
}

}  // namespace step::tmpl
