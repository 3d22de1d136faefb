#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/runtime.h"
#include "base/time.h"
#include "tmpl/function.h"
#include "tmpl/zone.h"

namespace step::tmpl {

/// Go's time.Time: a moment to the nanosecond, seen in a zone.
struct Moment {
    std::int64_t seconds = -62135596800;  ///< Since 1970; default is Go's zero time, year 1.
    std::int32_t nanoseconds = 0;
    ZonePtr zone = utc_zone();

    static Moment of(SysTime time, ZonePtr zone);
    Moment in(ZonePtr other) const { return {seconds, nanoseconds, std::move(other)}; }
    /// Saturates where Go's would wrap.
    Moment plus(Duration duration) const;
    /// Go's Sub: saturates.
    Duration minus(const Moment& other) const;
    bool operator==(const Moment& other) const {
        return seconds == other.seconds && nanoseconds == other.nanoseconds;
    }
    bool operator<(const Moment& other) const {
        return seconds != other.seconds ? seconds < other.seconds : nanoseconds < other.nanoseconds;
    }
    /// Go's Time.String.
    std::string text() const;
};

/// The fields of a moment in its zone.
struct Civil {
    std::int64_t year = 1;
    int month = 1, day = 1, hour = 0, minute = 0, second = 0;
    int weekday = 0, year_day = 1;  ///< Sunday is 0; 1 January is 1.
    Zone::Offset offset{};
};
Civil to_civil(const Moment& moment);
/// Go's time.Date: fields out of range carry over.
Moment from_civil(std::int64_t year, std::int64_t month, std::int64_t day,
                  std::int64_t seconds_of_day, std::int32_t nanoseconds, const ZonePtr& zone);

/// Go's Time.Format.
std::string format_moment(const Moment& moment, std::string_view layout);
/// Go's time.ParseInLocation; time.Parse reads zones that the text does not name as UTC but knows
/// the names of the local zone. Fails with Go's words.
Result<Moment> parse_moment(std::string_view layout, std::string_view text,
                            const ZonePtr& otherwise, const ZonePtr& local);

namespace types {
extern const Type kMonth, kWeekday;
}

Value to_value(const Moment& moment);
/// Null if `value` is no time.Time.
const Moment* as_moment(const Value& value);

}  // namespace step::tmpl
