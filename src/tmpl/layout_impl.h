#pragma once

#include <string_view>

namespace step::tmpl {

/// The elements of Go's reference time, Mon Jan 2 15:04:05 MST 2006.
enum class Part : unsigned char {
    kNone,
    kLongMonth,
    kMonth,
    kNumMonth,
    kZeroMonth,
    kLongWeekday,
    kWeekday,
    kDay,
    kUnderDay,
    kZeroDay,
    kUnderYearDay,
    kZeroYearDay,
    kHour,
    kHour12,
    kZeroHour12,
    kMinute,
    kZeroMinute,
    kSecond,
    kZeroSecond,
    kLongYear,
    kYear,
    kPm,
    kSmallPm,
    kZoneName,
    kZone,       ///< An offset; `form` is its layout without the first character.
    kFraction0,  ///< .000
    kFraction9,  ///< .999
};

/// A layout up to its next element.
struct Chunk {
    std::string_view before{}, written{}, after{};
    Part part = Part::kNone;
    bool z_for_utc = false;  ///< kZone: "Z07:00" writes Z for UTC.
    bool colons = false;     ///< kZone.
    bool minutes = false;    ///< kZone: not just hours.
    bool seconds = false;    ///< kZone.
    unsigned digits = 0;     ///< kFraction*.
};
Chunk next_chunk(std::string_view layout);

std::string_view month_name(int month);
std::string_view weekday_name(int weekday);

}  // namespace step::tmpl
