#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tmpl/zone.h"

namespace step::tmpl {

/// A POSIX TZ string, "CET-1CEST,M3.5.0,M10.5.0/3": the rule for the time after the last
/// transition of a file.
class ZoneRule {
public:
    static std::optional<ZoneRule> parse(std::string_view text);
    Zone::Offset at(std::int64_t unix_seconds) const;

private:
    /// "M3.5.0/2": a day of the year and the second in it, in local time.
    struct Change {
        enum class Sort : unsigned char { kWeekday, kJulian, kDay } sort = Sort::kWeekday;
        int month = 0, week = 0, day = 0;
        std::int64_t second = 7200;

        std::int64_t in_year(int year) const;
    };
    static bool read_name(std::string_view& text, std::string& name);
    static bool read_number(std::string_view& text, int& number);
    static bool read_offset(std::string_view& text, std::int64_t& seconds);
    static bool read_change(std::string_view& text, Change& change);

    Zone::Offset standard_{};
    std::optional<Zone::Offset> daylight_{};
    Change begin_{}, end_{};
};

}  // namespace step::tmpl
