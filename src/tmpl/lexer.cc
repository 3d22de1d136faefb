#include "tmpl/lexer.h"

#include <algorithm>

#include "json/utf8.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

constexpr char32_t kEofRune = 0xffffffff;
constexpr std::string_view kLeft = "{{", kRight = "}}", kSpaces = " \t\r\n";
constexpr std::size_t kTrimMarker = 2;  ///< The minus sign and the space beside it.

bool is_blank(char32_t rune) {
    return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n';
}

bool is_alphanumeric(char32_t rune) {
    return rune != kEofRune && (rune == '_' || is_letter(rune) || is_digit(rune));
}

bool has_left_trim(std::string_view text) {
    return text.size() >= 2 && text[0] == '-' && is_blank(static_cast<unsigned char>(text[1]));
}

bool has_right_trim(std::string_view text) {
    return text.size() >= 2 && is_blank(static_cast<unsigned char>(text[0])) && text[1] == '-';
}

unsigned count_lines(std::string_view text) {
    return static_cast<unsigned>(std::count(text.begin(), text.end(), '\n'));
}

Token keyword(std::string_view word) {
    constexpr std::pair<std::string_view, Token> kWords[] = {{".", Token::kDot},
                                                             {"block", Token::kBlock},
                                                             {"break", Token::kBreak},
                                                             {"continue", Token::kContinue},
                                                             {"define", Token::kDefine},
                                                             {"else", Token::kElse},
                                                             {"end", Token::kEnd},
                                                             {"if", Token::kIf},
                                                             {"range", Token::kRange},
                                                             {"nil", Token::kNil},
                                                             {"template", Token::kTemplate},
                                                             {"with", Token::kWith},
                                                             {"true", Token::kBool},
                                                             {"false", Token::kBool}};
    for (const auto& [name, token] : kWords) {
        if (name == word) {
            return token;
        }
    }
    return Token::kIdentifier;
}

/// Go's %#U.
std::string describe_rune(char32_t rune) {
    if (rune == kEofRune) {
        return "U+FFFFFFFFFFFFFFFF";
    }
    std::string text = fmt::format("U+{:04X}", static_cast<std::uint32_t>(rune));
    if (is_printable(rune)) {
        text += " '";
        json::append_rune(text, rune);
        text += '\'';
    }
    return text;
}

}  // namespace

std::string describe(const Item& item) {
    if (item.token == Token::kEof) {
        return "EOF";
    }
    if (item.token == Token::kError) {
        return item.text;
    }
    if (item.token > Token::kKeyword) {
        return "<" + item.text + ">";
    }
    constexpr std::size_t kShown = 10;
    if (item.text.size() > kShown) {
        const std::u32string runes = to_runes(item.text);
        return quote_text(from_runes(std::u32string_view(runes).substr(0, kShown))) + "...";
    }
    return quote_text(item.text);
}

char32_t Lexer::read() {
    if (position_ >= input_.size()) {
        at_eof_ = true;
        return kEofRune;
    }
    const json::Rune rune = json::first_rune(input_.substr(position_));
    position_ += rune.size;
    line_ += rune.value == '\n' ? 1 : 0;
    return rune.value;
}

void Lexer::back() {
    if (at_eof_ || position_ == 0) {
        return;
    }
    std::size_t size = 1;
    for (std::size_t back = std::min<std::size_t>(4, position_); back > 1; --back) {
        const json::Rune rune = json::first_rune(input_.substr(position_ - back, back));
        if (rune.valid && rune.size == back) {
            size = back;
            break;
        }
    }
    position_ -= size;
    line_ -= input_[position_] == '\n' ? 1 : 0;
}

char32_t Lexer::peek() {
    const char32_t rune = read();
    back();
    return rune;
}

Item Lexer::make(Token token) {
    Item item{token, start_, std::string(input_.substr(start_, position_ - start_)), start_line_};
    start_ = position_;
    start_line_ = line_;
    return item;
}

Item Lexer::error(std::string text) {
    Item item{Token::kError, start_, std::move(text), start_line_};
    start_ = position_ = 0;
    input_ = {};
    inside_action_ = false;
    return item;
}

void Lexer::ignore() {
    line_ += count_lines(input_.substr(start_, position_ - start_));
    start_ = position_;
    start_line_ = line_;
}

bool Lexer::accept(std::string_view characters) {
    const char32_t rune = read();
    if (rune < 0x80 && characters.find(static_cast<char>(rune)) != std::string_view::npos) {
        return true;
    }
    back();
    return false;
}

void Lexer::accept_run(std::string_view characters) {
    while (accept(characters)) {
    }
}

std::size_t Lexer::spaces_at(std::size_t position) const {
    const std::size_t end = input_.find_first_not_of(kSpaces, position);
    return std::min(end, input_.size()) - position;
}

Item Lexer::next() {
    if (inside_action_) {
        return lex_inside_action();
    }
    return lex_text();
}

Item Lexer::lex_text() {
    for (;;) {
        const std::size_t found = input_.find(kLeft, position_);
        if (found == std::string_view::npos) {
            position_ = input_.size();
            if (position_ > start_) {
                line_ += count_lines(input_.substr(start_, position_ - start_));
                return make(Token::kText);
            }
            return Item{Token::kEof, position_, "EOF", start_line_};
        }
        if (found > position_) {
            position_ = found;
            std::size_t trimmed = 0;
            if (has_left_trim(input_.substr(found + kLeft.size()))) {
                const std::string_view text = input_.substr(start_, position_ - start_);
                const std::size_t last = text.find_last_not_of(kSpaces);
                trimmed = text.size() - (last == std::string_view::npos ? 0 : last + 1);
            }
            position_ -= trimmed;
            line_ += count_lines(input_.substr(start_, position_ - start_));
            Item item = make(Token::kText);
            position_ += trimmed;
            ignore();
            if (!item.text.empty()) {
                return item;
            }
        }
        // A comment leaves nothing, so look for text again behind it.
        Item item = lex_left_delim();
        if (item.token != Token::kSpace) {
            return item;
        }
    }
}

/// A space stands for a comment.
Item Lexer::lex_left_delim() {
    position_ += kLeft.size();
    const std::size_t marker = has_left_trim(input_.substr(position_)) ? kTrimMarker : 0;
    if (!input_.substr(position_ + marker).starts_with("/*")) {
        Item item = make(Token::kLeftDelim);
        inside_action_ = true;
        position_ += marker;
        ignore();
        paren_depth_ = 0;
        return item;
    }
    position_ += marker;
    ignore();
    const std::size_t end = input_.find("*/", position_ + 2);
    if (end == std::string_view::npos) {
        return error("unclosed comment");
    }
    position_ = end + 2;
    bool trims = false;
    if (!at_right_delim(trims)) {
        return error("comment ends before closing delimiter");
    }
    position_ += (trims ? kTrimMarker : 0) + kRight.size();
    position_ += trims ? spaces_at(position_) : 0;
    ignore();
    return Item{Token::kSpace, start_, "", start_line_};
}

bool Lexer::at_right_delim(bool& trims) const {
    const std::string_view rest = input_.substr(position_);
    trims = has_right_trim(rest) && rest.substr(kTrimMarker).starts_with(kRight);
    return trims || rest.starts_with(kRight);
}

Item Lexer::lex_right_delim() {
    bool trims = false;
    at_right_delim(trims);
    if (trims) {
        position_ += kTrimMarker;
        ignore();
    }
    position_ += kRight.size();
    Item item = make(Token::kRightDelim);
    if (trims) {
        position_ += spaces_at(position_);
        ignore();
    }
    inside_action_ = false;
    return item;
}

Item Lexer::lex_inside_action() {
    bool trims = false;
    if (at_right_delim(trims)) {
        return paren_depth_ == 0 ? lex_right_delim() : error("unclosed left paren");
    }
    const char32_t rune = read();
    switch (rune) {
        case kEofRune:
            return error("unclosed action");
        case '=':
            return make(Token::kAssign);
        case ':':
            return read() == '=' ? make(Token::kDeclare) : error("expected :=");
        case '|':
            return make(Token::kPipe);
        case '"':
            return lex_quoted('"', Token::kString, "unterminated quoted string");
        case '\'':
            return lex_quoted('\'', Token::kCharConstant, "unterminated character constant");
        case '`':
            return lex_raw_string();
        case '$':
            return at_terminator() ? make(Token::kVariable)
                                   : lex_field_or_variable(Token::kVariable);
        case '(':
            ++paren_depth_;
            return make(Token::kLeftParen);
        case ')':
            return --paren_depth_ < 0 ? error("unexpected right paren") : make(Token::kRightParen);
        default:
            break;
    }
    if (is_blank(rune)) {
        back();
        return lex_space();
    }
    if (rune == '.' && position_ < input_.size() &&
        (input_[position_] < '0' || input_[position_] > '9')) {
        return lex_field_or_variable(Token::kField);
    }
    if (rune == '.' || rune == '+' || rune == '-' || (rune >= '0' && rune <= '9')) {
        back();
        return lex_number();
    }
    if (is_alphanumeric(rune)) {
        back();
        return lex_identifier();
    }
    if (rune >= ' ' && rune < 0x7f) {
        return make(Token::kChar);
    }
    return error("unrecognized character in action: " + describe_rune(rune));
}

Item Lexer::lex_space() {
    std::size_t count = 0;
    for (; is_blank(peek()); ++count) {
        read();
    }
    // The last space may belong to a trim marker.
    const std::string_view rest = input_.substr(position_ - 1);
    if (has_right_trim(rest) && rest.substr(kTrimMarker).starts_with(kRight)) {
        at_eof_ = false;
        back();
        if (count == 1) {
            return lex_right_delim();
        }
    }
    return make(Token::kSpace);
}

Item Lexer::lex_identifier() {
    char32_t rune = read();
    while (is_alphanumeric(rune)) {
        rune = read();
    }
    back();
    if (!at_terminator()) {
        return error("bad character " + describe_rune(rune));
    }
    return make(keyword(input_.substr(start_, position_ - start_)));
}

Item Lexer::lex_field_or_variable(Token token) {
    if (at_terminator()) {
        return make(token == Token::kVariable ? token : Token::kDot);
    }
    char32_t rune = read();
    while (is_alphanumeric(rune)) {
        rune = read();
    }
    back();
    if (!at_terminator()) {
        return error("bad character " + describe_rune(rune));
    }
    return make(token);
}

bool Lexer::at_terminator() {
    const char32_t rune = peek();
    return is_blank(rune) || rune == kEofRune || rune == '.' || rune == ',' || rune == '|' ||
           rune == ':' || rune == ')' || rune == '(' ||
           input_.substr(position_).starts_with(kRight);
}

Item Lexer::lex_quoted(char32_t quote, Token token, std::string_view what) {
    for (;;) {
        char32_t rune = read();
        if (rune == '\\') {
            rune = read();
            if (rune != kEofRune && rune != '\n') {
                continue;
            }
        }
        if (rune == kEofRune || rune == '\n') {
            return error(std::string(what));
        }
        if (rune == quote) {
            return make(token);
        }
    }
}

Item Lexer::lex_raw_string() {
    for (;;) {
        const char32_t rune = read();
        if (rune == kEofRune) {
            return error("unterminated raw quoted string");
        }
        if (rune == '`') {
            return make(Token::kRawString);
        }
    }
}

Item Lexer::lex_number() {
    const auto bad = [this] {
        return error("bad number syntax: " + quote_text(input_.substr(start_, position_ - start_)));
    };
    if (!scan_number()) {
        return bad();
    }
    if (const char32_t sign = peek(); sign == '+' || sign == '-') {
        if (!scan_number() || input_[position_ - 1] != 'i') {
            return bad();
        }
        return make(Token::kComplex);
    }
    return make(Token::kNumber);
}

bool Lexer::scan_number() {
    accept("+-");
    std::string_view digits = "0123456789_";
    bool decimal = true, hexadecimal = false;
    if (accept("0")) {
        if (accept("xX")) {
            digits = "0123456789abcdefABCDEF_";
            hexadecimal = true;
        } else if (accept("oO")) {
            digits = "01234567_";
        } else if (accept("bB")) {
            digits = "01_";
        }
        decimal = digits.size() == 11;
    }
    accept_run(digits);
    if (accept(".")) {
        accept_run(digits);
    }
    if ((decimal && accept("eE")) || (hexadecimal && accept("pP"))) {
        accept("+-");
        accept_run("0123456789_");
    }
    accept("i");
    if (is_alphanumeric(peek())) {
        read();
        return false;
    }
    return true;
}

}  // namespace step::tmpl
