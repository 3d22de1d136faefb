#pragma once

#include <cstdint>

#include "tmpl/value.h"

namespace step::tmpl {

/// What sprig makes of anything where it wants a number (spf13/cast): the number that a number, a
/// string or a boolean stands for, 0 for all else.
std::int64_t cast_int(const Value& value);
double cast_float(const Value& value);

/// Go's conversion on amd64: what does not fit becomes the least integer.
std::int64_t to_int64(double value);

}  // namespace step::tmpl
