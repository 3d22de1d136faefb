#include "client/acme/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace step::client::acme {
namespace {

constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 366);
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// Day, month, year and "08:49:37" of a date.
struct Words {
    std::string_view day, month, year, time;
};

std::optional<SysTime> moment(const Words& words, int now_year) {
    const auto day = number(words.day), year = number(words.year);
    const auto month = std::ranges::find(kMonths, words.month);
    if (!day || !year || *day > 31 || *year > 9999 || month == kMonths.end() ||
        words.time.size() != 8 || words.time[2] != ':' || words.time[5] != ':') {
        return std::nullopt;
    }
    const auto hour = number(words.time.substr(0, 2)), minute = number(words.time.substr(3, 2)),
               second = number(words.time.substr(6, 2));
    if (!hour || !minute || !second) {
        return std::nullopt;
    }
    int full_year = static_cast<int>(*year);
    if (words.year.size() == 2) {
        // RFC 9110 5.6.7: one that seems more than 50 years ahead is the past.
        full_year += now_year / 100 * 100;
        full_year -= full_year > now_year + 50 ? 100 : 0;
    }
    const auto time =
        from_calendar({.year = full_year,
                       .month = static_cast<unsigned>(month - kMonths.begin()) + 1,
                       .day = static_cast<unsigned>(*day),
                       .hour = static_cast<unsigned>(*hour),
                       .minute = static_cast<unsigned>(*minute),
                       .second = static_cast<unsigned>(std::min<std::uint64_t>(*second, 59))});
    return time ? std::optional<SysTime>(*time) : std::nullopt;
}

std::optional<SysTime> parse_date(std::string_view text, SysTime now) {
    const int year = to_calendar(std::chrono::floor<std::chrono::seconds>(now)).year;
    std::vector<std::string> words;
    for (std::string& word : split(text, ' ')) {
        if (!word.empty()) {
            words.push_back(std::move(word));
        }
    }
    if (words.size() == 6 && words[5] == "GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
        return words[3].size() == 4 ? moment({words[1], words[2], words[3], words[4]}, year)
                                    : std::nullopt;
    }
    if (words.size() == 5) {  // Sun Nov  6 08:49:37 1994
        return words[4].size() == 4 ? moment({words[2], words[1], words[4], words[3]}, year)
                                    : std::nullopt;
    }
    if (words.size() == 4 && words[3] == "GMT") {  // Sunday, 06-Nov-94 08:49:37 GMT
        const std::vector<std::string> date = split(words[1], '-');
        return date.size() == 3 && date[2].size() == 2
                   ? moment({date[0], date[1], date[2], words[2]}, year)
                   : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view text, SysTime now) {
    text = trim(text);
    if (const auto seconds = number(text)) {
        return std::chrono::seconds(static_cast<std::int64_t>(
            std::min(*seconds, static_cast<std::uint64_t>(kLongest.count()))));
    }
    constexpr std::size_t kLongestDate = 40;
    const auto date = text.size() <= kLongestDate ? parse_date(text, now) : std::nullopt;
    if (!date) {
        return std::nullopt;
    }
    // Before it becomes nanoseconds, which reach 292 years.
    return std::clamp<std::chrono::microseconds>(*date - now, std::chrono::microseconds::zero(),
                                                 kLongest);
}

}  // namespace step::client::acme
