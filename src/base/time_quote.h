#pragma once

#include <string>
#include <string_view>

namespace step {

/// How Go's package time quotes what it could not read: octets that are no printable ASCII as \x.
std::string quote_for_time(std::string_view text);

}  // namespace step
