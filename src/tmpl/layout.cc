#include <array>

#include "tmpl/layout_impl.h"
#include "tmpl/moment.h"

namespace step::tmpl {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

bool begins_lower(std::string_view text) {
    return !text.empty() && text[0] >= 'a' && text[0] <= 'z';
}

bool is_digit_at(std::string_view text, std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

struct Word {
    std::string_view text;
    Part part;
    bool not_before_lower = false;  ///< "Jan" of "January" is another word, of "Janet" none.
};

/// In the order in which Go looks for them.
constexpr Word kWords[] = {
    {"January", Part::kLongMonth},
    {"Jan", Part::kMonth, true},
    {"Monday", Part::kLongWeekday},
    {"Mon", Part::kWeekday, true},
    {"MST", Part::kZoneName},
    {"002", Part::kZeroYearDay},
    {"01", Part::kZeroMonth},
    {"02", Part::kZeroDay},
    {"03", Part::kZeroHour12},
    {"04", Part::kZeroMinute},
    {"05", Part::kZeroSecond},
    {"06", Part::kYear},
    {"15", Part::kHour},
    {"1", Part::kNumMonth},
    {"2006", Part::kLongYear},
    {"2", Part::kDay},
    {"__2", Part::kUnderYearDay},
    {"_2", Part::kUnderDay},
    {"3", Part::kHour12},
    {"4", Part::kMinute},
    {"5", Part::kSecond},
    {"PM", Part::kPm},
    {"pm", Part::kSmallPm},
};

constexpr std::string_view kZones[] = {"070000", "07:00:00", "0700", "07:00", "07"};

/// The element at the front of `rest`, if there is one.
Chunk chunk_at(std::string_view rest) {
    for (const Word& word : kWords) {
        if (rest.front() == word.text.front() && rest.starts_with(word.text) &&
            !(word.not_before_lower && begins_lower(rest.substr(word.text.size())))) {
            return {.written = rest.substr(0, word.text.size()), .part = word.part};
        }
    }
    if (rest.front() == '-' || rest.front() == 'Z') {
        for (const std::string_view zone : kZones) {
            if (rest.substr(1).starts_with(zone)) {
                return {.written = rest.substr(0, zone.size() + 1),
                        .part = Part::kZone,
                        .z_for_utc = rest.front() == 'Z',
                        .colons = zone.find(':') != std::string_view::npos,
                        .minutes = zone.size() > 2,
                        .seconds = zone.size() > 5};
            }
        }
    }
    if ((rest.front() == '.' || rest.front() == ',') && rest.size() > 1 &&
        (rest[1] == '0' || rest[1] == '9')) {
        const std::size_t end = std::min(rest.find_first_not_of(rest[1], 1), rest.size());
        if (!is_digit_at(rest, end)) {
            return {.written = rest.substr(0, end),
                    .part = rest[1] == '0' ? Part::kFraction0 : Part::kFraction9,
                    .digits = static_cast<unsigned>(end - 1)};
        }
    }
    return {};
}

std::string fraction(std::int32_t nanoseconds, const Chunk& chunk) {
    std::string digits = fmt::format("{:09}", nanoseconds);
    digits.resize(std::max<std::size_t>(chunk.digits, 9), '0');
    digits.resize(chunk.digits);
    if (chunk.part == Part::kFraction9) {
        digits.resize(digits.find_last_not_of('0') + 1);
        if (digits.empty()) {
            return "";
        }
    }
    return chunk.written.front() + digits;
}

std::string zone_text(std::int64_t offset, const Chunk& chunk) {
    if (chunk.z_for_utc && offset == 0) {
        return "Z";
    }
    const std::int64_t size = offset < 0 ? -offset : offset;
    // The sign is that of the minutes: half a minute west is "+0000".
    std::string text = fmt::format("{}{:02}", offset / 60 < 0 ? '-' : '+', size / 3600);
    const std::string_view colon = chunk.colons ? ":" : "";
    if (chunk.minutes) {
        text += fmt::format("{}{:02}", colon, size / 60 % 60);
    }
    if (chunk.seconds) {
        text += fmt::format("{}{:02}", colon, size % 60);
    }
    return text;
}

int hour12(int hour) {
    return hour % 12 == 0 ? 12 : hour % 12;
}

std::string year_text(std::int64_t year) {
    return year < 0 ? fmt::format("-{:04}", -year) : fmt::format("{:04}", year);
}

std::string part_text(const Moment& moment, const Civil& civil, const Chunk& chunk) {
    switch (chunk.part) {
        case Part::kLongMonth:
            return std::string(month_name(civil.month));
        case Part::kMonth:
            return std::string(month_name(civil.month).substr(0, 3));
        case Part::kNumMonth:
            return fmt::format("{}", civil.month);
        case Part::kZeroMonth:
            return fmt::format("{:02}", civil.month);
        case Part::kLongWeekday:
            return std::string(weekday_name(civil.weekday));
        case Part::kWeekday:
            return std::string(weekday_name(civil.weekday).substr(0, 3));
        case Part::kDay:
            return fmt::format("{}", civil.day);
        case Part::kUnderDay:
            return fmt::format("{:2}", civil.day);
        case Part::kZeroDay:
            return fmt::format("{:02}", civil.day);
        case Part::kUnderYearDay:
            return fmt::format("{:3}", civil.year_day);
        case Part::kZeroYearDay:
            return fmt::format("{:03}", civil.year_day);
        case Part::kHour:
            return fmt::format("{:02}", civil.hour);
        case Part::kHour12:
            return fmt::format("{}", hour12(civil.hour));
        case Part::kZeroHour12:
            return fmt::format("{:02}", hour12(civil.hour));
        case Part::kMinute:
            return fmt::format("{}", civil.minute);
        case Part::kZeroMinute:
            return fmt::format("{:02}", civil.minute);
        case Part::kSecond:
            return fmt::format("{}", civil.second);
        case Part::kZeroSecond:
            return fmt::format("{:02}", civil.second);
        case Part::kLongYear:
            return year_text(civil.year);
        case Part::kYear:
            return fmt::format("{:02}", std::max<std::int64_t>(civil.year, 0) % 100);
        case Part::kPm:
            return civil.hour >= 12 ? "PM" : "AM";
        case Part::kSmallPm:
            return civil.hour >= 12 ? "pm" : "am";
        case Part::kZoneName:
            if (civil.offset.name.empty()) {
                return zone_text(civil.offset.seconds, {.minutes = true});
            }
            return civil.offset.name;
        case Part::kZone:
            return zone_text(civil.offset.seconds, chunk);
        case Part::kFraction0:
        case Part::kFraction9:
            return fraction(moment.nanoseconds, chunk);
        case Part::kNone:
            break;
    }
    return "";
}

}  // namespace

std::string_view month_name(int month) {
    return kMonths[static_cast<std::size_t>(month - 1) % 12];
}

std::string_view weekday_name(int weekday) {
    return kWeekdays[static_cast<std::size_t>(weekday) % 7];
}

Chunk next_chunk(std::string_view layout) {
    for (std::size_t i = 0; i < layout.size(); ++i) {
        Chunk chunk = chunk_at(layout.substr(i));
        if (chunk.part == Part::kNone) {
            continue;
        }
        if (chunk.part == Part::kUnderDay && layout.substr(i).starts_with("_2006")) {
            // An underscore before a year is just that.
            chunk.part = Part::kLongYear;
            chunk.written = layout.substr(++i, 4);
        }
        chunk.before = layout.substr(0, i);
        chunk.after = layout.substr(i + chunk.written.size());
        return chunk;
    }
    return {.before = layout};
}

std::string format_moment(const Moment& moment, std::string_view layout) {
    const Civil civil = to_civil(moment);
    std::string out;
    for (;;) {
        const Chunk chunk = next_chunk(layout);
        out += chunk.before;
        if (chunk.part == Part::kNone) {
            return out;
        }
        out += part_text(moment, civil, chunk);
        layout = chunk.after;
    }
}

}  // namespace step::tmpl
