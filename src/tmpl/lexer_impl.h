#pragma once

#include <string_view>

#include "tmpl/lexer.h"
#include "tmpl/unicode.h"

// What lexer.cc (text and delimiters) and lexer_action.cc (what is between them) share.
namespace step::tmpl {

inline constexpr char32_t kEofRune = 0xffffffff;
inline constexpr std::string_view kLeft = "{{", kRight = "}}", kSpaces = " \t\r\n";
inline constexpr std::size_t kTrimMarker = 2;  ///< The minus sign and the space beside it.

inline bool is_blank(char32_t rune) {
    return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n';
}

inline bool is_alphanumeric(char32_t rune) {
    return rune != kEofRune && (rune == '_' || is_letter(rune) || is_digit(rune));
}

inline bool has_right_trim(std::string_view text) {
    return text.size() >= 2 && is_blank(static_cast<unsigned char>(text[0])) && text[1] == '-';
}

}  // namespace step::tmpl
