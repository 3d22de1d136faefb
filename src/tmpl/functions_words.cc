// camelcase, snakecase and kebabcase: huandu/xstrings, with its habits at the borders of words.
#include "json/utf8.h"
#include "tmpl/families_impl.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

bool is_connector(char32_t rune) {
    return rune == '-' || rune == '_' || is_space(rune);
}

/// A letter, but not one of those Chinese characters that are words by themselves.
bool is_alphabet(char32_t rune) {
    return is_letter(rune) && !(rune >= 0x4e00 && rune <= 0x9fcc) &&
           !(rune >= 0x3400 && rune <= 0x4d85) && !(rune >= 0x20000 && rune <= 0x2b81d);
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

class Words {
public:
    enum class Sort : unsigned char {
        kNone,  ///< Nothing, or no character at all.
        kNumber,
        kUpper,
        kAlphabet,
        kConnector,
        kPunct,
        kOther
    };
    struct Word {
        Sort sort = Sort::kNone;
        std::string_view text{};
    };

    explicit Words(std::string_view text) : rest_(text) {}
    bool empty() const { return rest_.empty(); }

    Word next() {
        if (rest_.empty()) {
            return {};
        }
        const Next first = next_valid(rest_, json::kReplacement);
        const Sort sort = sort_of(first.rune);
        std::size_t size = first.size;
        if (sort == Sort::kUpper) {
            size = upper_word(first);
        } else if (sort != Sort::kNone) {
            while (size < rest_.size()) {
                const Next more = next_valid(rest_.substr(size), first.rune);
                if (!continues(sort, more.rune)) {
                    break;
                }
                size += more.size;
            }
        }
        const Word word{sort, rest_.substr(0, size)};
        rest_.remove_prefix(size);
        return word;
    }

private:
    struct Next {
        char32_t rune = 0;
        std::size_t size = 0;
    };
    /// The first character that is not U+FFFD, with what stands before it; `otherwise` if none is.
    static Next next_valid(std::string_view text, char32_t otherwise) {
        std::size_t size = 0;
        while (size < text.size()) {
            const json::Rune rune = json::first_rune(text.substr(size));
            size += rune.size;
            if (rune.value != json::kReplacement) {
                return {rune.value, size};
            }
        }
        return {otherwise, size};
    }
    static Sort sort_of(char32_t rune) {
        return rune == json::kReplacement ? Sort::kNone
               : is_connector(rune)       ? Sort::kConnector
               : is_punct(rune)           ? Sort::kPunct
               : is_upper(rune)           ? Sort::kUpper
               : is_alphabet(rune)        ? Sort::kAlphabet
               : is_number(rune)          ? Sort::kNumber
                                          : Sort::kOther;
    }
    static bool continues(Sort sort, char32_t rune) {
        switch (sort) {
            case Sort::kConnector:
                return is_connector(rune);
            case Sort::kPunct:
                return is_punct(rune);
            case Sort::kAlphabet:
                return is_alphabet(rune) && !is_upper(rune);
            case Sort::kNumber:
                return is_number(rune);
            default:
                return !is_connector(rune) && !is_alphabet(rune) && !is_number(rune) &&
                       !is_punct(rune);
        }
    }
    /// "HTTPServer" is HTTP and Server, "Server" one word.
    std::size_t upper_word(Next now) const {
        std::size_t size = now.size;
        if (size == rest_.size()) {
            return size;
        }
        now = next_valid(rest_.substr(size), now.rune);
        if (!is_upper(now.rune)) {
            while (is_alphabet(now.rune) && !is_upper(now.rune)) {
                size += now.size;
                if (size == rest_.size()) {
                    break;
                }
                now = next_valid(rest_.substr(size), now.rune);
            }
            return size;
        }
        std::size_t last = 0;
        while (is_upper(now.rune)) {
            last = now.size;
            size += last;
            if (size == rest_.size()) {
                return size;
            }
            now = next_valid(rest_.substr(size), now.rune);
        }
        return is_alphabet(now.rune) ? size - last : size;
    }

    std::string_view rest_;
};

class LowerCase {
public:
    LowerCase(std::string_view text, char connector) : words_(text), connector_(connector) {}

    std::string run() {
        Words::Word word = words_.next();
        while (!words_.empty()) {
            const Words::Word last = word;
            if (last.sort != Sort::kConnector) {
                write(last);
            }
            word = words_.next();
            if (last.sort == Sort::kNumber) {
                word = write_mixed(word);
                if (word.sort != Sort::kNone) {
                    connect(word);
                }
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
        for (const char32_t rune : to_runes(word.text)) {
            if (is_connector(rune)) {
                out_ += connector_;
            } else {
                json::append_rune(out_, is_upper(rune) ? to_lower_rune(rune) : rune);
            }
        }
    }
    void connect(const Words::Word& before) {
        if (before.sort != Sort::kConnector && before.sort != Sort::kPunct) {
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
        if (word.sort != Sort::kNone) {
            connect(word);
        }
        return word;
    }

    Words words_;
    char connector_;
    std::string out_{};
};

Result<Value> snakecase(Call& call) {
    return Value(LowerCase(call.text(0), '_').run());
}

Result<Value> kebabcase(Call& call) {
    return Value(LowerCase(call.text(0), '-').run());
}

constexpr Entry kFamily[] = {
    {"camelcase", "string", camelcase},
    {"snakecase", "string", snakecase},
    {"kebabcase", "string", kebabcase},
};

}  // namespace

std::span<const Entry> words_family() {
    return kFamily;
}

}  // namespace step::tmpl
