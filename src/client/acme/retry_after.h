#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace step::client::acme {

/// How long a Retry-After header (RFC 9110 10.2.3) asks to wait: seconds, or a date in any of its
/// three forms (RFC 9110 5.6.7), a past one being zero; a year at most. None if it is neither.
std::optional<Duration> parse_retry_after(std::string_view text, SysTime now);

}  // namespace step::client::acme
