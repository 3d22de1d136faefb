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
        if (to_lower_rune(rune) != rune) {
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

bool is_connector(char32_t rune) {
    return rune == '-' || rune == '_' || is_space(rune);
}

Result<Value> camelcase(Call& call) {
    const std::u32string text = to_runes(call.text(0));
    std::u32string out;
    std::size_t at = 0;
    while (at < text.size() && is_connector(text[at])) {
        out += text[at++];
    }
    if (at == text.size()) {
        // xstrings writes a last connector twice.
        return Value(from_runes(text.empty() ? out : out + text.back()));
    }
    bool capitals = is_upper(text[at]);
    char32_t now = to_upper_rune(text[at++]);
    for (; at < text.size(); ++at) {
        const char32_t before = std::exchange(now, text[at]);
        if (is_connector(now) && is_connector(before)) {
            out += before;
        } else if (is_connector(before)) {
            capitals = is_upper(now);
            now = to_upper_rune(now);
        } else {
            if (capitals) {
                capitals = is_upper(now);
                now = capitals ? to_lower_rune(now) : now;
            }
            out += before;
        }
    }
    return Value(from_runes(out += now));
}

/// The words of huandu/xstrings, for snakecase and kebabcase.
class Words {
public:
    enum class Sort : unsigned char {
        kNone,
        kNumber,
        kUpper,
        kAlphabet,
        kConnector,
        kPunct,
        kOther
    };
    struct Word {
        Sort sort = Sort::kNone;
        std::u32string_view text{};
    };

    explicit Words(std::u32string_view text) : rest_(text) {}
    bool empty() const { return rest_.empty(); }

    Word next() {
        if (rest_.empty()) {
            return {};
        }
        const Sort sort = sort_of(rest_[0]);
        std::size_t size = 1;
        if (sort == Sort::kUpper) {
            size = upper_word();
        } else {
            while (size < rest_.size() && continues(sort, rest_[size])) {
                ++size;
            }
        }
        const Word word{sort, rest_.substr(0, size)};
        rest_.remove_prefix(size);
        return word;
    }

private:
    static bool is_punct(char32_t rune) {
        constexpr std::u32string_view kPunct =
            U"!\"#%&'()*,-./:;?@[\\]_{}\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf";
        return kPunct.find(rune) != std::u32string_view::npos || (rune >= 0x2010 && rune <= 0x205e);
    }
    static Sort sort_of(char32_t rune) {
        return is_connector(rune) ? Sort::kConnector
               : is_punct(rune)   ? Sort::kPunct
               : is_upper(rune)   ? Sort::kUpper
               : is_letter(rune)  ? Sort::kAlphabet
               : is_digit(rune)   ? Sort::kNumber
                                  : Sort::kOther;
    }
    static bool continues(Sort sort, char32_t rune) { return sort_of(rune) == sort; }
    /// "HTTPServer" is HTTP and Server, "Server" one word.
    std::size_t upper_word() const {
        std::size_t size = 1;
        if (size < rest_.size() && is_upper(rest_[size])) {
            while (size < rest_.size() && is_upper(rest_[size])) {
                ++size;
            }
            return size < rest_.size() && is_letter(rest_[size]) ? size - 1 : size;
        }
        while (size < rest_.size() && is_letter(rest_[size]) && !is_upper(rest_[size])) {
            ++size;
        }
        return size;
    }

    std::u32string_view rest_;
};

class LowerCase {
public:
    LowerCase(std::u32string_view text, char32_t connector) : words_(text), connector_(connector) {}

    std::u32string run() {
        Words::Word word = words_.next();
        while (!words_.empty()) {
            const Words::Word last = word;
            if (last.sort != Sort::kConnector) {
                write(last);
            }
            word = words_.next();
            if (last.sort == Sort::kNumber) {
                word = write_mixed(word);
                connect(word);
            } else if (last.sort == Sort::kConnector) {
                write(last);
            } else if (last.sort != Sort::kPunct) {
                word = after_letters(word);
            }
        }
        write(word);
        return std::move(out_);
    }

private:
    using Sort = Words::Sort;

    void write(const Words::Word& word) {
        if (word.sort != Sort::kUpper && word.sort != Sort::kConnector) {
            out_ += word.text;
            return;
        }
        for (const char32_t rune : word.text) {
            out_ += is_connector(rune) ? connector_ : to_lower_rune(rune);
        }
    }
    void connect(const Words::Word& before) {
        if (before.sort != Sort::kNone && before.sort != Sort::kConnector &&
            before.sort != Sort::kPunct) {
            out_ += connector_;
        }
    }
    Words::Word write_mixed(Words::Word word) {
        while (word.sort == Sort::kAlphabet || word.sort == Sort::kNumber) {
            write(word);
            word = words_.next();
        }
        return word;
    }
    /// A number behind letters belongs to them, unless small letters follow it.
    Words::Word after_letters(Words::Word word) {
        if (word.sort != Sort::kNumber) {
            connect(word);
            return word;
        }
        if (words_.empty()) {
            return word;
        }
        const Words::Word number = word;
        word = words_.next();
        if (word.sort != Sort::kAlphabet) {
            write(number);
            connect(word);
            return word;
        }
        out_ += connector_;
        write(number);
        word = write_mixed(word);
        connect(word);
        return word;
    }

    Words words_;
    char32_t connector_;
    std::u32string out_{};
};

Result<Value> snakecase(Call& call) {
    return Value(from_runes(LowerCase(to_runes(call.text(0)), '_').run()));
}

Result<Value> kebabcase(Call& call) {
    return Value(from_runes(LowerCase(to_runes(call.text(0)), '-').run()));
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
    {"camelcase", "string", camelcase},
    {"snakecase", "string", snakecase},
    {"kebabcase", "string", kebabcase},
};

}  // namespace

std::span<const Entry> case_family() {
    return kFamily;
}

}  // namespace step::tmpl
