#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace step::json {

/// What a byte that begins no well-formed UTF-8 sequence stands for.
inline constexpr char32_t kReplacement = 0xFFFD;

struct Rune {
    char32_t value = kReplacement;
    std::size_t size = 1;  ///< In octets.
    bool valid = false;
};

/// The first character of `text`, which must not be empty. Overlong forms, surrogates and
/// what is above U+10FFFF are not valid; such a sequence counts one octet, as in Go.
Rune first_rune(std::string_view text);

/// Appends `value` in UTF-8. It must be a Unicode scalar value.
void append_rune(std::string& out, char32_t value);

}  // namespace step::json
