#include "json/parse.h"

#include "json/utf8.h"

namespace step::json {
namespace {

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Octets a string takes over as they are.
constexpr std::array<bool, 256> kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c) {
        plain[c] = c != '"' && c != '\\';
    }
    return plain;
}();

/// Go's quoteChar: the octet read as a Unicode character, in single quotes.
std::string quote_char(char c) {
    const auto octet = static_cast<unsigned char>(c);
    switch (c) {
        case '\'':
            return R"('\'')";
        case '\\':
            return R"('\\')";
        case '\a':
            return R"('\a')";
        case '\b':
            return R"('\b')";
        case '\f':
            return R"('\f')";
        case '\n':
            return R"('\n')";
        case '\r':
            return R"('\r')";
        case '\t':
            return R"('\t')";
        case '\v':
            return R"('\v')";
        default:
            break;
    }
    if (octet < 0x20 || octet == 0x7F) {
        return fmt::format("'\\x{:02x}'", octet);
    }
    // The first half of Latin-1's upper side has no graphic characters; nor has the soft hyphen.
    if ((octet >= 0x80 && octet <= 0xA0) || octet == 0xAD) {
        return fmt::format("'\\u{:04x}'", octet);
    }
    std::string out = "'";
    append_rune(out, octet);
    return out + "'";
}

/// One pass over the text, one call per nested value. Aliases its input.
class Parser {
public:
    Parser(std::string_view text, ParseOptions options)
        : begin_(text.data()),
          at_(begin_),
          end_(begin_ + text.size()),
          line_begin_(begin_),
          options_(options) {}

    Result<Value> parse() {
        Value value;
        skip_space();
        if (at_ == end_ && options_.trailing == ParseOptions::Trailing::kIgnore) {
            return failure("EOF");
        }
        if (!read_value(value)) {
            return failure(std::move(problem_));
        }
        if (options_.trailing == ParseOptions::Trailing::kRefuse) {
            skip_space();
            if (at_ != end_) {
                unexpected("after top-level value");
                return failure(std::move(problem_));
            }
        }
        return value;
    }

private:
    Place here() const { return {line_, static_cast<std::uint32_t>(at_ - line_begin_) + 1}; }

    Error failure(std::string detail) const {
        const Place place = here();
        return {.code = Code::kInvalidArgument,
                .detail = std::move(detail),
                .cause = fmt::format("line {}, column {}", place.line, place.column)};
    }

    /// Line ends stand between tokens only: a string may not hold one.
    void skip_space() {
        for (; at_ != end_ && is_space(*at_); ++at_) {
            if (*at_ == '\n') {
                ++line_;
                line_begin_ = at_ + 1;
            }
        }
    }

    bool ended() {
        problem_ = options_.trailing == ParseOptions::Trailing::kIgnore
                       ? "unexpected EOF"
                       : "unexpected end of JSON input";
        return false;
    }

    /// Fails at the current character, or because there is none.
    bool unexpected(std::string_view context) {
        if (at_ == end_) {
            return ended();
        }
        problem_ = fmt::format("invalid character {} {}", quote_char(*at_), context);
        return false;
    }

    /// The same inside a token: there Go's Unmarshal takes the end of the text for a space.
    bool unexpected_in_token(std::string_view context) {
        if (at_ == end_ && options_.trailing == ParseOptions::Trailing::kRefuse) {
            problem_ = fmt::format("invalid character ' ' {}", context);
            return false;
        }
        return unexpected(context);
    }

    bool read_value(Value& out) {
        const Place place = here();
        if (at_ == end_) {
            return ended();
        }
        bool good = false;
        switch (*at_) {
            case '{':
                good = read_object(out);
                break;
            case '[':
                good = read_array(out);
                break;
            case '"': {
                std::string text;
                good = read_string(text);
                out = Value(std::move(text));
                break;
            }
            case 't':
                good = read_literal("true");
                out = Value(true);
                break;
            case 'f':
                good = read_literal("false");
                out = Value(false);
                break;
            case 'n':
                good = read_literal("null");
                break;
            default:
                if (*at_ != '-' && !is_digit(*at_)) {
                    return unexpected("looking for beginning of value");
                }
                good = read_number(out);
        }
        out.set_place(place);
        return good;
    }

    bool read_object(Value& out) {
        if (!descend()) {
            return false;
        }
        Object members;
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == '}') {
            return ascend(out, std::move(members));
        }
        members.reserve(4);
        while (true) {
            if (at_ == end_ || *at_ != '"') {
                return unexpected("looking for beginning of object key string");
            }
            Member& member = members.emplace_back();
            member.place = here();
            if (!read_string(member.name)) {
                return false;
            }
            skip_space();
            if (at_ == end_ || *at_ != ':') {
                return unexpected("after object key");
            }
            ++at_;
            skip_space();
            if (!read_value(member.value)) {
                return false;
            }
            skip_space();
            if (at_ != end_ && *at_ == '}') {
                return ascend(out, std::move(members));
            }
            if (at_ == end_ || *at_ != ',') {
                return unexpected("after object key:value pair");
            }
            ++at_;
            skip_space();
        }
    }

    bool read_array(Value& out) {
        if (!descend()) {
            return false;
        }
        Array elements;
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == ']') {
            return ascend(out, std::move(elements));
        }
        while (true) {
            if (!read_value(elements.emplace_back())) {
                return false;
            }
            skip_space();
            if (at_ != end_ && *at_ == ']') {
                return ascend(out, std::move(elements));
            }
            if (at_ == end_ || *at_ != ',') {
                return unexpected("after array element");
            }
            ++at_;
            skip_space();
        }
    }

    bool descend() {
        if (++depth_ > options_.max_depth) {
            problem_ = "exceeded max depth";
            return false;
        }
        return true;
    }

    template <class Container>
    bool ascend(Value& out, Container container) {
        ++at_;
        --depth_;
        out = Value(std::move(container));
        return true;
    }

    bool read_literal(std::string_view literal) {
        ++at_;
        for (const char wanted : literal.substr(1)) {
            if (at_ == end_ || *at_ != wanted) {
                return unexpected_in_token(
                    fmt::format("in literal {} (expecting '{}')", literal, wanted));
            }
            ++at_;
        }
        return true;
    }

    bool read_digits(std::string_view context) {
        if (at_ == end_ || !is_digit(*at_)) {
            return unexpected_in_token(context);
        }
        while (at_ != end_ && is_digit(*at_)) {
            ++at_;
        }
        return true;
    }

    bool read_number(Value& out) {
        const char* start = at_;
        if (*at_ == '-') {
            ++at_;
        }
        if (at_ != end_ && *at_ == '0') {
            ++at_;
        } else if (!read_digits("in numeric literal")) {
            return false;
        }
        if (at_ != end_ && *at_ == '.') {
            ++at_;
            if (!read_digits("after decimal point in numeric literal")) {
                return false;
            }
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            ++at_;
            if (at_ != end_ && (*at_ == '+' || *at_ == '-')) {
                ++at_;
            }
            if (!read_digits("in exponent of numeric literal")) {
                return false;
            }
        }
        out = Value(Number{std::string(start, at_)});
        return true;
    }

    bool read_string(std::string& out) {
        const char* run = ++at_;
        while (at_ != end_) {
            const char c = *at_;
            if (kPlain[static_cast<unsigned char>(c)]) {
                ++at_;
                continue;
            }
            out.append(run, at_);
            if (c == '"') {
                ++at_;
                return true;
            }
            if (c == '\\') {
                ++at_;
                if (!read_escape(out)) {
                    return false;
                }
            } else if (static_cast<unsigned char>(c) < 0x20) {
                return unexpected("in string literal");
            } else {
                const Rune rune = first_rune({at_, static_cast<std::size_t>(end_ - at_)});
                append_rune(out, rune.value);
                at_ += rune.size;
            }
            run = at_;
        }
        return ended();
    }

    bool read_escape(std::string& out) {
        constexpr std::string_view kLetters = "bfnrt\\/\"";
        constexpr std::string_view kMeanings = "\b\f\n\r\t\\/\"";
        if (at_ != end_ && *at_ == 'u') {
            ++at_;
            return read_unicode(out);
        }
        const std::size_t which = at_ == end_ ? kLetters.npos : kLetters.find(*at_);
        if (which == kLetters.npos) {
            return unexpected_in_token("in string escape code");
        }
        out += kMeanings[which];
        ++at_;
        return true;
    }

    bool read_hex(char32_t& out) {
        out = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const char c = at_ == end_ ? ' ' : *at_;
            char32_t digit = 0;
            if (is_digit(c)) {
                digit = static_cast<char32_t>(c - '0');
            } else if (c >= 'a' && c <= 'f') {
                digit = static_cast<char32_t>(c - 'a' + 10);
            } else if (c >= 'A' && c <= 'F') {
                digit = static_cast<char32_t>(c - 'A' + 10);
            } else {
                return unexpected_in_token("in \\u hexadecimal character escape");
            }
            out = (out << 4U) | digit;
        }
        return true;
    }

    /// A high surrogate counts only with a low one in the very next escape; any other
    /// surrogate is replaced, and what follows it is read on its own.
    bool read_unicode(std::string& out) {
        char32_t value = 0;
        if (!read_hex(value)) {
            return false;
        }
        while (value >= 0xD800 && value <= 0xDFFF) {
            if (value >= 0xDC00 || end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') {
                append_rune(out, kReplacement);
                return true;
            }
            at_ += 2;
            char32_t low = 0;
            if (!read_hex(low)) {
                return false;
            }
            if (low >= 0xDC00 && low <= 0xDFFF) {
                append_rune(out, 0x10000 + ((value - 0xD800) << 10U) + (low - 0xDC00));
                return true;
            }
            append_rune(out, kReplacement);
            value = low;
        }
        append_rune(out, value);
        return true;
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    const char* line_begin_;
    ParseOptions options_;
    std::uint32_t line_ = 1;
    unsigned depth_ = 0;
    std::string problem_{};
};

}  // namespace

Result<Value> parse(std::string_view text, ParseOptions options) {
    return Parser(text, options).parse();
}

}  // namespace step::json
