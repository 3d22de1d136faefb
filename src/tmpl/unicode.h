#pragma once

#include <string>
#include <string_view>

namespace step::tmpl {

/// What Go's package unicode says of a character (see unicode_data.inc for the version).
bool is_letter(char32_t rune);
bool is_digit(char32_t rune);
bool is_space(char32_t rune);
/// Has a glyph, or is U+0020: what %q and %#U write as it is.
bool is_printable(char32_t rune);
bool is_upper(char32_t rune);
bool is_lower(char32_t rune);
bool is_title(char32_t rune);
bool is_number(char32_t rune);  ///< Any of category N, not just digits.
bool is_punct(char32_t rune);
char32_t to_upper_rune(char32_t rune);
char32_t to_lower_rune(char32_t rune);
char32_t to_title_rune(char32_t rune);

/// The characters of `text` as Go's range sees them: each stray octet is one U+FFFD.
std::u32string to_runes(std::string_view text);
std::string from_runes(std::u32string_view runes);
/// Each character sent through `map`.
std::string map_runes(std::string_view text, char32_t (*map)(char32_t));
std::size_t count_runes(std::string_view text);

/// Go's strconv.Quote, or with back quotes if `raw` and the text can be written so (%#q).
std::string quote_text(std::string_view text, bool ascii_only = false);
/// strconv.QuoteRune.
std::string quote_rune(char32_t rune, bool ascii_only = false);

}  // namespace step::tmpl
