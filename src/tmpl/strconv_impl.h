#pragma once

#include <string>
#include <string_view>

#include "base/text.h"

// What strconv_parse.cc and strconv_unquote.cc share.
namespace step::tmpl::strconv {

/// Of any base up to 36; 99 for what is no digit.
inline int digit_of(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

inline std::string without(std::string_view text, char unwanted) {
    std::string out(text);
    std::erase(out, unwanted);
    return out;
}

}  // namespace step::tmpl::strconv
