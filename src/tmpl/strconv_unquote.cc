#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "json/utf8.h"
#include "tmpl/strconv.h"
#include "tmpl/strconv_impl.h"

namespace step::tmpl {
namespace {

Error bad_syntax() {
    return Error{.code = Code::kInvalidArgument, .detail = "invalid syntax"};
}

/// One character or escape at the front of `text`, which it shortens.
struct Piece {
    char32_t rune = 0;
    bool octet = false;  ///< \x41 and \101 stand for one octet.
};

Result<Piece> read_digits(std::string_view& text, std::size_t count, unsigned base, bool octet) {
    char32_t value = 0;
    if (text.size() < count) {
        return bad_syntax();
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto digit = static_cast<unsigned>(strconv::digit_of(text[i]));
        if (digit >= base) {
            return bad_syntax();
        }
        value = value * base + digit;
    }
    text.remove_prefix(count);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (octet ? value > 255 : value > 0x10ffff || surrogate) {
        return bad_syntax();
    }
    return Piece{value, octet};
}

Result<Piece> read_piece(std::string_view& text, char quote) {
    if (text.empty() || text.front() == '\n') {
        return bad_syntax();
    }
    if (text.front() != '\\') {
        if (text.front() == quote && quote != '`') {
            return bad_syntax();
        }
        const json::Rune rune = json::first_rune(text);
        const Piece piece{rune.valid ? rune.value : static_cast<unsigned char>(text.front()),
                          !rune.valid};
        text.remove_prefix(rune.size);
        return piece;
    }
    if (text.size() < 2) {
        return bad_syntax();
    }
    const char escape = text[1];
    text.remove_prefix(2);
    constexpr std::string_view kEscapes = "abtnvfr";
    if (const std::size_t at = kEscapes.find(escape); at != std::string_view::npos) {
        return Piece{static_cast<char32_t>(7 + at)};
    }
    switch (escape) {
        case 'x':
            return read_digits(text, 2, 16, true);
        case 'u':
            return read_digits(text, 4, 16, false);
        case 'U':
            return read_digits(text, 8, 16, false);
        case '\\':
            return Piece{U'\\'};
        case '\'':
        case '"':
            if (escape != quote) {
                return bad_syntax();
            }
            return Piece{static_cast<char32_t>(escape)};
        default:
            break;
    }
    if (escape >= '0' && escape <= '7') {
        std::string_view digits(&escape, 1);
        if (text.size() < 2) {
            return bad_syntax();
        }
        std::string octal = std::string(digits) + std::string(text.substr(0, 2));
        text.remove_prefix(2);
        std::string_view rest = octal;
        return read_digits(rest, 3, 8, true);
    }
    return bad_syntax();
}

}  // namespace

Result<std::string> unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != text.back()) {
        return bad_syntax();
    }
    const char quote = text.front();
    text = text.substr(1, text.size() - 2);
    if (quote == '`') {
        if (text.find('`') != std::string_view::npos) {
            return bad_syntax();
        }
        return strconv::without(text, '\r');
    }
    std::string out;
    while (!text.empty()) {
        STEP_ASSIGN(const Piece piece, read_piece(text, quote));
        if (piece.octet) {
            out += static_cast<char>(piece.rune);
        } else {
            json::append_rune(out, piece.rune);
        }
    }
    return out;
}

Result<char32_t> unquote_char(std::string_view text) {
    STEP_ASSIGN(const Piece piece, read_piece(text, '\''));
    if (text != "'") {
        return Error{.code = Code::kInvalidArgument, .detail = "malformed"};
    }
    return piece.rune;
}

}  // namespace step::tmpl
