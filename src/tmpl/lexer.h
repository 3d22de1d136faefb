#pragma once

#include <string>
#include <string_view>

namespace step::tmpl {

enum class Token : unsigned char {
    kError,  ///< The text is the message.
    kBool,
    kChar,  ///< Some other printable ASCII character.
    kCharConstant,
    kComplex,
    kAssign,
    kDeclare,
    kEof,
    kField,
    kIdentifier,
    kLeftDelim,
    kLeftParen,
    kNumber,
    kPipe,
    kRawString,
    kRightDelim,
    kRightParen,
    kSpace,
    kString,
    kText,
    kVariable,
    kKeyword,  ///< What follows are words of the language.
    kBlock,
    kBreak,
    kContinue,
    kDot,
    kDefine,
    kElse,
    kEnd,
    kIf,
    kNil,
    kRange,
    kTemplate,
    kWith,
};

struct Item {
    Token token = Token::kEof;
    std::size_t position = 0;  ///< In octets.
    std::string text{};
    unsigned line = 1;
};
/// As errors name it: `EOF`, `<end>`, `"text"`.
std::string describe(const Item& item);

/// Splits a template into words. The input must outlive it.
class Lexer {
public:
    explicit Lexer(std::string_view input) : input_(input) {}

    /// The next item; after an error or the end, the end for ever.
    Item next();

private:
    char32_t read();
    char32_t peek();
    void back();
    Item make(Token token);
    Item error(std::string text);
    void ignore();
    bool accept(std::string_view characters);
    void accept_run(std::string_view characters);
    bool at_right_delim(bool& trims) const;
    bool at_terminator();
    std::size_t spaces_at(std::size_t position) const;

    Item lex_text();
    Item lex_left_delim();
    Item lex_right_delim();
    Item lex_inside_action();
    Item lex_space();
    Item lex_identifier();
    Item lex_field_or_variable(Token token);
    Item lex_quoted(char32_t quote, Token token, std::string_view what);
    Item lex_raw_string();
    Item lex_number();
    bool scan_number();

    std::string_view input_;
    std::size_t position_ = 0, start_ = 0;
    unsigned line_ = 1, start_line_ = 1;
    int paren_depth_ = 0;
    bool inside_action_ = false;
    bool at_eof_ = false;
};

}  // namespace step::tmpl
