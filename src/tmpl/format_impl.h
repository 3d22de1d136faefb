#pragma once

#include <string>
#include <string_view>

#include "tmpl/value.h"

namespace step::tmpl {

/// The flags, width and precision of one verb.
struct FormatFlags {
    bool minus = false, plus = false, sharp = false, space = false, zero = false;
    bool plus_v = false, sharp_v = false;  ///< %+v and %#v.
    bool has_width = false, has_precision = false;
    int width = 0, precision = 0;
};

/// Go's fmt formatter of simple values: appends to `out` what one verb makes of one value.
class Formatter {
public:
    explicit Formatter(std::string& out) : out_(out) {}
    FormatFlags flags{};

    void pad(std::string_view text);
    void write_padding(long count);
    void write_integer(std::uint64_t value, unsigned base, bool is_signed, char32_t verb);
    void write_unicode(std::uint64_t value);
    void write_rune(std::uint64_t value);
    void write_quoted_rune(std::uint64_t value);
    void write_float(double value, char verb, int precision);
    void write_string(std::string_view text);
    void write_quoted(std::string_view text);
    void write_hex(std::string_view octets, bool upper);

private:
    void pad_without_zeros(std::string_view text);
    std::string_view truncated(std::string_view text) const;
    std::string with_sharp(std::string number, char verb, int precision) const;
    std::string& out_;
};

}  // namespace step::tmpl
