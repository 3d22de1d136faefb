#include <chrono>

#include "tmpl/zone_rule_impl.h"

namespace step::tmpl {
namespace {

constexpr std::int64_t kDay = 86400;

}  // namespace

bool ZoneRule::read_name(std::string_view& text, std::string& name) {
    const bool bracketed = text.starts_with('<');
    const std::size_t end = bracketed ? text.find('>') : text.find_first_of("+-0123456789,");
    if (bracketed && end == std::string_view::npos) {
        return false;
    }
    name = std::string(text.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0)));
    text.remove_prefix(std::min(end + (bracketed ? 1 : 0), text.size()));
    return !name.empty();
}

bool ZoneRule::read_number(std::string_view& text, int& number) {
    number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9';
         ++digits) {
        number = number * 10 + (text[digits] - '0');
    }
    text.remove_prefix(digits);
    return digits > 0;
}

bool ZoneRule::read_offset(std::string_view& text, std::int64_t& seconds) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    seconds = 0;
    for (const int unit : {3600, 60, 1}) {
        if (unit != 3600) {
            if (!text.starts_with(':')) {
                break;
            }
            text.remove_prefix(1);
        }
        int number = 0;
        if (!read_number(text, number)) {
            return false;
        }
        seconds += std::int64_t{number} * unit;
    }
    seconds = negative ? -seconds : seconds;
    return true;
}

bool ZoneRule::read_change(std::string_view& text, Change& change) {
    if (!text.starts_with(',')) {
        return false;
    }
    text.remove_prefix(1);
    bool fine = true;
    if (text.starts_with('M')) {
        for (int* part : {&change.month, &change.week, &change.day}) {
            fine = fine && !text.empty();
            text.remove_prefix(fine ? 1 : 0);
            fine = fine && read_number(text, *part);
        }
        fine = fine && change.month >= 1 && change.month <= 12 && change.week >= 1 &&
               change.week <= 5 && change.day <= 6;
    } else {
        change.sort = text.starts_with('J') ? Change::Sort::kJulian : Change::Sort::kDay;
        text.remove_prefix(text.starts_with('J') ? 1 : 0);
        fine = read_number(text, change.day) && change.day <= 366;
    }
    if (fine && text.starts_with('/')) {
        text.remove_prefix(1);
        fine = read_offset(text, change.second);
    }
    return fine;
}

std::optional<ZoneRule> ZoneRule::parse(std::string_view text) {
    ZoneRule rule;
    if (!read_name(text, rule.standard_.name) || !read_offset(text, rule.standard_.seconds)) {
        return std::nullopt;
    }
    rule.standard_.seconds = -rule.standard_.seconds;
    if (text.empty()) {
        return rule;
    }
    Zone::Offset daylight{rule.standard_.seconds + 3600, "", true};
    if (!read_name(text, daylight.name)) {
        return std::nullopt;
    }
    if (!text.starts_with(',')) {
        if (!read_offset(text, daylight.seconds)) {
            return std::nullopt;
        }
        daylight.seconds = -daylight.seconds;
    }
    rule.daylight_ = daylight;
    if (!read_change(text, rule.begin_) || !read_change(text, rule.end_) || !text.empty()) {
        return std::nullopt;
    }
    return rule;
}

std::int64_t ZoneRule::Change::in_year(int year) const {
    using std::chrono::days, std::chrono::January, std::chrono::last, std::chrono::sys_days,
        std::chrono::weekday;
    const auto first = sys_days(std::chrono::year(year) / January / 1);
    sys_days when = first;
    if (sort == Sort::kWeekday) {
        const auto of_month =
            std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month));
        const auto wanted = weekday(static_cast<unsigned>(day));
        when = week == 5 ? sys_days(of_month / wanted[last])
                         : sys_days(of_month / wanted[static_cast<unsigned>(week)]);
    } else if (sort == Sort::kJulian) {
        // Counts from 1 and never counts 29 February.
        const bool leap = std::chrono::year(year).is_leap();
        when = first + days(day - 1 + (leap && day >= 60 ? 1 : 0));
    } else {
        when = first + days(day);
    }
    return std::int64_t{when.time_since_epoch().count()} * kDay + second;
}

Zone::Offset ZoneRule::at(std::int64_t unix_seconds) const {
    if (!daylight_) {
        return standard_;
    }
    const std::int64_t local = unix_seconds + standard_.seconds;
    const auto day = std::chrono::sys_days(
        std::chrono::days(local >= 0 ? local / kDay : -((-local + kDay - 1) / kDay)));
    const int year = static_cast<int>(std::chrono::year_month_day(day).year());
    const std::int64_t begin = begin_.in_year(year) - standard_.seconds;
    const std::int64_t end = end_.in_year(year) - daylight_->seconds;
    const bool summer = begin < end ? unix_seconds >= begin && unix_seconds < end
                                    : unix_seconds >= begin || unix_seconds < end;
    return summer ? *daylight_ : standard_;
}

}  // namespace step::tmpl
