#include "tmpl/moment.h"

#include <limits>

namespace step::tmpl {
namespace {

constexpr std::int64_t kDay = 86400, kSecond = 1'000'000'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

/// Days since 1970 of a date in the proleptic Gregorian calendar, any year (H. Hinnant's method).
std::int64_t days_from(std::int64_t year, std::int64_t month, std::int64_t day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = floor_divide(year, 400);
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

}  // namespace

Moment Moment::of(SysTime time, ZonePtr zone) {
    const std::int64_t micros = time.time_since_epoch().count();
    const std::int64_t seconds = floor_divide(micros, 1'000'000);
    return {seconds, static_cast<std::int32_t>((micros - seconds * 1'000'000) * 1000),
            std::move(zone)};
}

Moment Moment::plus(Duration duration) const {
    const std::int64_t count = duration.count();
    std::int64_t whole = seconds + count / kSecond;
    std::int64_t rest = nanoseconds + count % kSecond;
    if (rest >= kSecond || rest < 0) {
        whole += rest < 0 ? -1 : 1;
        rest += rest < 0 ? kSecond : -kSecond;
    }
    return {whole, static_cast<std::int32_t>(rest), zone};
}

Duration Moment::minus(const Moment& other) const {
    std::int64_t result = 0;
    std::int64_t whole = 0;
    if (__builtin_sub_overflow(seconds, other.seconds, &whole) ||
        __builtin_mul_overflow(whole, kSecond, &result) ||
        __builtin_add_overflow(result, std::int64_t{nanoseconds} - other.nanoseconds, &result)) {
        return *this < other ? Duration::min() : Duration::max();
    }
    return Duration(result);
}

Civil to_civil(const Moment& moment) {
    Civil civil;
    civil.offset = moment.zone->at(moment.seconds);
    const std::int64_t local = moment.seconds + civil.offset.seconds;
    const std::int64_t days = floor_divide(local, kDay);
    const auto of_day = static_cast<int>(local - days * kDay);
    civil.hour = of_day / 3600;
    civil.minute = of_day / 60 % 60;
    civil.second = of_day % 60;
    civil.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
    const std::int64_t shifted = days + 719468;
    const std::int64_t era = floor_divide(shifted, 146097);
    const std::int64_t of_era = shifted - era * 146097;
    const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * of_year + 2) / 153;
    civil.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
    civil.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
    civil.year = year + era * 400 + (civil.month <= 2 ? 1 : 0);
    civil.year_day = static_cast<int>(days - days_from(civil.year, 1, 1)) + 1;
    return civil;
}

Moment from_civil(std::int64_t year, std::int64_t month, std::int64_t day,
                  std::int64_t seconds_of_day, std::int32_t nanoseconds, const ZonePtr& zone) {
    // Beyond this nothing that a template could mean is left, and nothing below overflows.
    const auto within = [](std::int64_t value) {
        constexpr std::int64_t kFar = 100'000'000'000;
        return std::clamp(value, -kFar, kFar);
    };
    month = within(month) - 1;
    year = within(year) + floor_divide(month, 12);
    month -= floor_divide(month, 12) * 12;
    std::int64_t unix = (days_from(year, month + 1, 1) + within(day) - 1) * kDay + seconds_of_day;
    // The offset at the time guessed, and once more if that was the wrong side of a change.
    const std::int64_t guess = zone->at(unix).seconds;
    if (guess != 0) {
        const std::int64_t utc = unix - guess;
        const std::int64_t better = zone->at(utc).seconds;
        unix -= better == guess ? guess : better;
    }
    return {unix, nanoseconds, zone};
}

std::string Moment::text() const {
    return format_moment(*this, "2006-01-02 15:04:05.999999999 -0700 MST");
}

}  // namespace step::tmpl
