// The tokens between {{ and }}.
#include "json/utf8.h"
#include "tmpl/lexer_impl.h"

namespace step::tmpl {

namespace {

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
