#include "tmpl/cast.h"

#include <limits>

#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

/// "12.00" is read as 12.
std::string_view without_zero_decimals(std::string_view text) {
    bool zero = false;
    for (std::size_t i = text.size(); i > 0; --i) {
        if (text[i - 1] == '.' && zero) {
            return text.substr(0, i - 1);
        }
        if (text[i - 1] == '0') {
            zero = true;
        } else if (text[i - 1] != '.') {
            break;
        }
    }
    return text;
}

/// Only Go's own number types count, and the two of package time that cast knows.
bool is_plain(const Value& value) {
    const std::string_view name = value.type_name();
    return name == kind_name(value.kind()) || name == "time.Month" || name == "time.Weekday";
}

}  // namespace

std::int64_t to_int64(double value) {
    return value >= -9223372036854775808.0 && value < 9223372036854775808.0
               ? static_cast<std::int64_t>(value)
               : std::numeric_limits<std::int64_t>::min();
}

std::int64_t cast_int(const Value& value) {
    if (!is_plain(value)) {
        return 0;
    }
    if (value.is_signed()) {
        return value.as_int();
    }
    if (value.is_unsigned()) {
        return static_cast<std::int64_t>(value.as_uint());
    }
    if (value.is_float()) {
        return to_int64(value.as_float());
    }
    if (value.is_string()) {
        const auto number = parse_int(without_zero_decimals(value.as_text()), 0);
        return number.fine() ? number.value : 0;
    }
    return value.as_bool() ? 1 : 0;
}

double cast_float(const Value& value) {
    if (!is_plain(value)) {
        return 0;
    }
    if (value.is_float()) {
        return value.as_float();
    }
    if (value.is_string()) {
        const auto number = parse_float(value.as_text());
        return number.fine() ? number.value : 0;
    }
    return value.is_unsigned() ? static_cast<double>(value.as_uint())
                               : static_cast<double>(cast_int(value));
}

}  // namespace step::tmpl
