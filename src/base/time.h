#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"

namespace step {

/// Go's time.Duration: nanoseconds in 64 bits.
using Duration = std::chrono::nanoseconds;

/// Go's Duration.String: "24h0m0s", "1.5s", "0s".
std::string format_duration(Duration duration);
/// Go's time.ParseDuration: "24h", "1h30m", "-1.5s"; no days. kInvalidArgument with Go's text:
/// `time: invalid duration "5d"` and its relatives.
Result<Duration> parse_duration(std::string_view text);

/// RFC 3339 in UTC with "Z", without fraction.
std::string format_rfc3339(SysSeconds time);
/// With as many digits of fraction as needed and no more, as Go's RFC3339Nano.
std::string format_rfc3339(SysTime time);
/// Accepts any offset; fractions below a microsecond are cut off. kInvalidArgument otherwise.
Result<SysTime> parse_rfc3339(std::string_view text);

/// Go's Time.String in UTC: "2006-01-02 15:04:05.999999 +0000 UTC".
std::string format_go_time(SysTime time);
/// Go's "Jan 2 15:04:05 2006 MST" as `step certificate inspect` prints it, in UTC.
std::string format_inspect_time(SysSeconds time);
/// "2006/01/02 15:04:05" in the zone of this process: the prefix of Go's log package.
std::string format_log_time(SysTime time);
/// IMF-fixdate of RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_http_date(SysTime time);

/// Calendar fields in UTC, for encoders.
struct Calendar {
    int year = 0;
    unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};
Calendar to_calendar(SysSeconds time);
/// Fails with kInvalidArgument if the fields name no real moment (31 April, 24:00, second 60).
Result<SysSeconds> from_calendar(const Calendar& fields);

}  // namespace step
