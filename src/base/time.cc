#include "base/time.h"

#include <cstdint>
#include <ctime>
#include <limits>

#include <fmt/core.h>

#include "base/text.h"
#include "base/time_quote.h"

namespace step {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// "" for a whole second, else "." and the digits without trailing zeros.
std::string fraction_of(SysTime time) {
    const auto micros = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
    if (micros == 0) {
        return "";
    }
    std::string digits = fmt::format(".{:06}", micros);
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits;
}

Error invalid_duration(std::string_view text) {
    return {.code = Code::kInvalidArgument,
            .detail = "time: invalid duration " + quote_for_time(text)};
}

/// The unit's length in nanoseconds; 0 for an unknown one.
std::uint64_t unit_of(std::string_view name) {
    if (name == "ns") {
        return 1;
    }
    if (name == "us" || name == "\xc2\xb5s" || name == "\xce\xbcs") {
        return 1'000;
    }
    if (name == "ms") {
        return 1'000'000;
    }
    if (name == "s") {
        return 1'000'000'000;
    }
    if (name == "m") {
        return 60'000'000'000;
    }
    return name == "h" ? 3'600'000'000'000 : 0;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads exactly `count` digits at `at`; -1 if there are none.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) {
        return -1;
    }
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (!is_digit(text[i])) {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace

std::string quote_for_time(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet >= 0x80) {
            out += fmt::format("\\x{:02x}", octet);
        } else {
            out.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
        }
    }
    return out + "\"";
}

std::string format_duration(Duration duration) {
    if (duration == 0ns) {
        return "0s";
    }
    const bool negative = duration < 0ns;
    // Through unsigned arithmetic, so that the least value has an absolute one.
    std::uint64_t nanos = static_cast<std::uint64_t>(duration.count());
    nanos = negative ? ~nanos + 1 : nanos;
    const auto decimal = [](std::uint64_t value, std::uint64_t unit, int width) {
        std::string text = fmt::format("{}", value / unit);
        if (value % unit != 0) {
            std::string digits = fmt::format("{:0{}}", value % unit, width);
            digits.erase(digits.find_last_not_of('0') + 1);
            text.append(".").append(digits);
        }
        return text;
    };
    std::string text = negative ? "-" : "";
    if (nanos < 1'000) {
        return text + fmt::format("{}ns", nanos);
    }
    if (nanos < 1'000'000) {
        return text + decimal(nanos, 1'000, 3) + "\xc2\xb5s";
    }
    if (nanos < 1'000'000'000) {
        return text + decimal(nanos, 1'000'000, 6) + "ms";
    }
    const std::uint64_t hours = nanos / 3'600'000'000'000;
    const std::uint64_t minutes = nanos / 60'000'000'000 % 60;
    if (hours > 0) {
        text += fmt::format("{}h", hours);
    }
    if (hours > 0 || minutes > 0) {
        text += fmt::format("{}m", minutes);
    }
    return text + decimal(nanos % 60'000'000'000, 1'000'000'000, 9) + "s";
}

Result<Duration> parse_duration(std::string_view text) {
    std::string_view rest = text;
    bool negative = false;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = rest.front() == '-';
        rest.remove_prefix(1);
    }
    if (rest == "0") {
        return Duration(0);
    }
    if (rest.empty()) {
        return invalid_duration(text);
    }
    constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;
    std::uint64_t total = 0;
    while (!rest.empty()) {
        const std::size_t whole_end = std::min(rest.find_first_not_of("0123456789"), rest.size());
        std::size_t number_end = whole_end;
        if (number_end < rest.size() && rest[number_end] == '.') {
            number_end =
                std::min(rest.find_first_not_of("0123456789", number_end + 1), rest.size());
        }
        if (whole_end == 0 && number_end < 2) {
            return invalid_duration(text);
        }
        const std::size_t unit_end =
            std::min(rest.find_first_of(".0123456789", number_end), rest.size());
        const std::string_view unit_name = rest.substr(number_end, unit_end - number_end);
        if (unit_name.empty()) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "time: missing unit in duration " + quote_for_time(text)};
        }
        const std::uint64_t unit = unit_of(unit_name);
        if (unit == 0) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "time: unknown unit " + quote_for_time(unit_name) +
                                   " in duration " + quote_for_time(text)};
        }
        std::uint64_t value = 0;
        for (const char c : rest.substr(0, whole_end)) {
            const auto digit = static_cast<std::uint64_t>(c - '0');
            if (value > (kLimit - digit) / 10) {
                return invalid_duration(text);
            }
            value = value * 10 + digit;
        }
        if (value > kLimit / unit) {
            return invalid_duration(text);
        }
        value *= unit;
        double scale = 1;
        std::uint64_t fraction = 0;
        for (std::size_t i = whole_end + 1; i < number_end && fraction < kLimit / 10; ++i) {
            fraction = fraction * 10 + static_cast<std::uint64_t>(rest[i] - '0');
            scale *= 10;
        }
        value += static_cast<std::uint64_t>(static_cast<double>(fraction) *
                                            (static_cast<double>(unit) / scale));
        if (value > kLimit || total > kLimit - value) {
            return invalid_duration(text);
        }
        total += value;
        rest.remove_prefix(unit_end);
    }
    if (total == kLimit && !negative) {
        return invalid_duration(text);
    }
    return Duration(static_cast<std::int64_t>(negative ? ~total + 1 : total));
}

Calendar to_calendar(SysSeconds time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const auto second_of_day = static_cast<unsigned>((time - days).count());
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = second_of_day / 3600,
            .minute = second_of_day / 60 % 60,
            .second = second_of_day % 60};
}

Result<SysSeconds> from_calendar(const Calendar& fields) {
    const std::chrono::year_month_day date{std::chrono::year(fields.year),
                                           std::chrono::month(fields.month),
                                           std::chrono::day(fields.day)};
    if (fields.year < 0 || fields.year > 9999 || !date.ok() || fields.hour > 23 ||
        fields.minute > 59 || fields.second > 59) {
        return Error{.code = Code::kInvalidArgument, .detail = "no such date or time"};
    }
    return SysSeconds(std::chrono::sys_days(date)) + std::chrono::hours(fields.hour) +
           std::chrono::minutes(fields.minute) + std::chrono::seconds(fields.second);
}

std::string format_rfc3339(SysSeconds time) {
    const Calendar c = to_calendar(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour,
                       c.minute, c.second);
}

std::string format_rfc3339(SysTime time) {
    std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
    text.insert(text.size() - 1, fraction_of(time));
    return text;
}

Result<SysTime> parse_rfc3339(std::string_view text) {
    const Error failure{
        .code = Code::kInvalidArgument,
        .detail = "parsing time " + quote_for_time(text) + ": not an RFC 3339 time"};
    const int fields[] = {digits_at(text, 0, 4),  digits_at(text, 5, 2),  digits_at(text, 8, 2),
                          digits_at(text, 11, 2), digits_at(text, 14, 2), digits_at(text, 17, 2)};
    for (const int field : fields) {
        if (field < 0) {
            return failure;
        }
    }
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
        return failure;
    }
    const auto seconds = from_calendar({.year = fields[0],
                                        .month = static_cast<unsigned>(fields[1]),
                                        .day = static_cast<unsigned>(fields[2]),
                                        .hour = static_cast<unsigned>(fields[3]),
                                        .minute = static_cast<unsigned>(fields[4]),
                                        .second = static_cast<unsigned>(fields[5])});
    if (!seconds) {
        return failure;
    }
    std::string_view rest = text.substr(19);
    std::chrono::microseconds fraction{0};
    if (!rest.empty() && (rest.front() == '.' || rest.front() == ',')) {
        std::size_t count = 0;
        for (auto unit = 100'000us; count + 1 < rest.size() && is_digit(rest[count + 1]);
             ++count, unit /= 10) {
            fraction += unit * (rest[count + 1] - '0');
        }
        if (count == 0) {
            return failure;
        }
        rest.remove_prefix(count + 1);
    }
    std::chrono::minutes offset{0};
    if (rest != "Z") {
        const int hours = digits_at(rest, 1, 2);
        const int minutes = digits_at(rest, 4, 2);
        if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' || hours < 0 ||
            hours > 24 || minutes < 0 || minutes > 60) {
            return failure;
        }
        offset = std::chrono::minutes((rest[0] == '-' ? -1 : 1) * (hours * 60 + minutes));
    }
    return SysTime(*seconds) + fraction - offset;
}

std::string format_go_time(SysTime time) {
    const Calendar c = to_calendar(std::chrono::floor<std::chrono::seconds>(time));
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{} +0000 UTC", c.year, c.month, c.day,
                       c.hour, c.minute, c.second, fraction_of(time));
}

std::string format_inspect_time(SysSeconds time) {
    const Calendar c = to_calendar(time);
    return fmt::format("{} {} {:02}:{:02}:{:02} {:04} UTC", kMonths[c.month - 1], c.day, c.hour,
                       c.minute, c.second, c.year);
}

std::string format_log_time(SysTime time) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:04}/{:02}/{:02} {:02}:{:02}:{:02}", local.tm_year + 1900,
                       local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

std::string format_http_date(SysTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const Calendar c = to_calendar(seconds);
    const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(seconds));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[day.c_encoding()], c.day,
                       kMonths[c.month - 1], c.year, c.hour, c.minute, c.second);
}

}  // namespace step
