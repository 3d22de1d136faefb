#include "base/text.h"
#include "base/time_quote.h"
#include "tmpl/layout_impl.h"
#include "tmpl/moment.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

bool is_digit_at(std::string_view text, std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

bool is_leap(std::int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in(int month, std::int64_t year) {
    constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year) ? 1 : 0);
}

int number_of(std::string_view digits) {
    int number = 0;
    for (const char c : digits) {
        number = number * 10 + (c - '0');
    }
    return number;
}

/// How many octets at the front are "+5" or "-11", 0 if they are no offset of up to 23 hours.
std::size_t signed_offset(std::string_view text) {
    if (text.empty() || (text[0] != '-' && text[0] != '+')) {
        return 0;
    }
    std::size_t end = 1;
    while (is_digit_at(text, end)) {
        ++end;
    }
    return end == 1 || end > 3 || number_of(text.substr(1, end - 1)) > 23 ? 0 : end;
}

/// The length of the abbreviation of a zone, as far as Go can tell.
std::size_t zone_name_size(std::string_view text) {
    if (text.size() < 3) {
        return 0;
    }
    if (text.starts_with("ChST") || text.starts_with("MeST")) {
        return 4;
    }
    if (text.starts_with("GMT")) {
        return 3 + signed_offset(text.substr(3));
    }
    if (text[0] == '+' || text[0] == '-') {
        return signed_offset(text);
    }
    std::size_t capitals = 0;
    while (capitals < 6 && capitals < text.size() && text[capitals] >= 'A' &&
           text[capitals] <= 'Z') {
        ++capitals;
    }
    switch (capitals) {
        case 5:
            return text[4] == 'T' ? 5 : 0;
        case 4:
            return text[3] == 'T' || text.starts_with("WITA") ? 4 : 0;
        case 3:
            return 3;
        default:
            return 0;
    }
}

/// Go's time.parse: reads element by element.
class MomentParser {
public:
    MomentParser(std::string_view layout, std::string_view text)
        : layout_(layout), text_(text), rest_(text) {}

    Result<Moment> run(const ZonePtr& otherwise, const ZonePtr& local) {
        std::string_view layout = layout_;
        for (;;) {
            const Chunk chunk = next_chunk(layout);
            if (!skip(chunk.before)) {
                return cannot(chunk.before, rest_);
            }
            if (chunk.part == Part::kNone) {
                if (!rest_.empty()) {
                    return because(": extra text: " + quote_for_time(rest_));
                }
                return finish(otherwise, local);
            }
            layout = chunk.after;
            const std::string_view held = rest_;
            range_.clear();
            const bool fine = read(chunk, layout);
            if (!range_.empty()) {
                return because(": " + range_ + " out of range");
            }
            if (!fine) {
                return cannot(chunk.written, held);
            }
        }
    }

private:
    Error cannot(std::string_view part, std::string_view at) const {
        return failure(fmt::format("parsing time {} as {}: cannot parse {} as {}",
                                   quote_for_time(text_), quote_for_time(layout_),
                                   quote_for_time(at), quote_for_time(part)));
    }
    Error because(std::string_view why) const {
        return failure(fmt::format("parsing time {}{}", quote_for_time(text_), why));
    }

    /// A space of the layout stands for any number of them.
    bool skip(std::string_view prefix) {
        while (!prefix.empty()) {
            if (prefix[0] == ' ') {
                if (!rest_.empty() && rest_[0] != ' ') {
                    return false;
                }
                prefix.remove_prefix(std::min(prefix.find_first_not_of(' '), prefix.size()));
                rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
                continue;
            }
            if (rest_.empty() || rest_[0] != prefix[0]) {
                return false;
            }
            prefix.remove_prefix(1);
            rest_.remove_prefix(1);
        }
        return true;
    }

    bool take(std::size_t count, int& number) {
        if (rest_.size() < count ||
            !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count),
                         [](char c) { return c >= '0' && c <= '9'; })) {
            return false;
        }
        number = number_of(rest_.substr(0, count));
        rest_.remove_prefix(count);
        return true;
    }

    /// One or two digits; exactly two if `fixed`.
    bool take_number(bool fixed, int& number) {
        if (!is_digit_at(rest_, 0) || (fixed && !is_digit_at(rest_, 1))) {
            return false;
        }
        return take(is_digit_at(rest_, 1) ? 2 : 1, number);
    }

    bool take_name(int count, std::string_view (*name)(int), int first, std::size_t size,
                   int& number) {
        for (int i = 0; i < count; ++i) {
            const std::string_view wanted = name(first + i).substr(0, size);
            if (rest_.size() >= wanted.size() &&
                equal_fold(rest_.substr(0, wanted.size()), wanted)) {
                number = first + i;
                rest_.remove_prefix(wanted.size());
                return true;
            }
        }
        return false;
    }

    bool within(bool fine, const int& value, int least, int most, std::string_view what) {
        if (fine && (value < least || value > most)) {
            range_ = what;
        }
        return fine;
    }

    /// The point and `digits` digits.
    bool take_fraction(std::size_t digits) {
        if (rest_.size() < digits + 1 || (rest_[0] != '.' && rest_[0] != ',')) {
            return false;
        }
        std::string text(rest_.substr(1, std::min<std::size_t>(digits, 9)));
        if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
            return false;
        }
        text.resize(9, '0');
        nanoseconds_ = number_of(text);
        rest_.remove_prefix(digits + 1);
        return true;
    }

    std::size_t digits_behind_point() const {
        std::size_t end = 1;
        while (is_digit_at(rest_, end)) {
            ++end;
        }
        return end - 1;
    }

    bool read_second(bool fixed, std::string_view layout) {
        const bool fine = within(take_number(fixed, second_), second_, 0, 59, "second");
        if (!fine || !range_.empty()) {
            return fine;
        }
        // A fraction may follow even if the layout has none.
        if (rest_.size() >= 2 && (rest_[0] == '.' || rest_[0] == ',') && is_digit_at(rest_, 1)) {
            const Part next = next_chunk(layout).part;
            if (next != Part::kFraction0 && next != Part::kFraction9) {
                return take_fraction(digits_behind_point());
            }
        }
        return true;
    }

    bool read_zone(const Chunk& chunk) {
        if (chunk.z_for_utc && rest_.starts_with('Z')) {
            rest_.remove_prefix(1);
            zone_ = utc_zone();
            return true;
        }
        if (rest_.empty() || (rest_[0] != '+' && rest_[0] != '-')) {
            return false;
        }
        const bool west = rest_[0] == '-';
        rest_.remove_prefix(1);
        int hour = 0, minute = 0, second = 0;
        const auto colon = [&] {
            const bool fine = !chunk.colons || rest_.starts_with(':');
            rest_.remove_prefix(fine && chunk.colons ? 1 : 0);
            return fine;
        };
        const bool fine = take(2, hour) && (!chunk.minutes || (colon() && take(2, minute))) &&
                          (!chunk.seconds || (colon() && take(2, second)));
        within(fine, hour, 0, 24, "time zone offset hour");
        within(fine, minute, 0, 60, "time zone offset minute");
        within(fine, second, 0, 60, "time zone offset second");
        offset_ = (west ? -1 : 1) * ((hour * 60 + minute) * 60 + second);
        return fine;
    }

    bool read_zone_name() {
        if (rest_.starts_with("UTC")) {
            zone_ = utc_zone();
            rest_.remove_prefix(3);
            return true;
        }
        const std::size_t size = zone_name_size(rest_);
        zone_name_ = std::string(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return size > 0;
    }

    bool read_half(std::string_view before, std::string_view after) {
        if (!rest_.starts_with(before) && !rest_.starts_with(after)) {
            return false;
        }
        (rest_.starts_with(after) ? afternoon_ : morning_) = true;
        rest_.remove_prefix(2);
        return true;
    }

    bool read_year_day(bool spaces) {
        for (int i = 0; spaces && i < 2 && rest_.starts_with(' '); ++i) {
            rest_.remove_prefix(1);
        }
        std::size_t digits = 0;
        while (digits < 3 && is_digit_at(rest_, digits)) {
            ++digits;
        }
        return digits > 0 && (spaces || digits == 3) && take(digits, year_day_);
    }

    bool read_year() {
        int year = 0;
        const bool fine = take(2, year);
        year_ = year + (year >= 69 ? 1900 : 2000);
        return fine;
    }

    bool read(const Chunk& chunk, std::string_view layout) {
        int ignored = 0;
        switch (chunk.part) {
            case Part::kYear:
                return read_year();
            case Part::kLongYear:
                return take(4, year_);
            case Part::kMonth:
            case Part::kLongMonth:
                return take_name(12, month_name, 1, chunk.part == Part::kMonth ? 3 : 99, month_);
            case Part::kNumMonth:
            case Part::kZeroMonth:
                return within(take_number(chunk.part == Part::kZeroMonth, month_), month_, 1, 12,
                              "month");
            case Part::kWeekday:
            case Part::kLongWeekday:
                return take_name(7, weekday_name, 0, chunk.part == Part::kWeekday ? 3 : 99,
                                 ignored);
            case Part::kDay:
            case Part::kUnderDay:
            case Part::kZeroDay:
                if (chunk.part == Part::kUnderDay && rest_.starts_with(' ')) {
                    rest_.remove_prefix(1);
                }
                return take_number(chunk.part == Part::kZeroDay, day_);
            case Part::kUnderYearDay:
            case Part::kZeroYearDay:
                return read_year_day(chunk.part == Part::kUnderYearDay);
            case Part::kHour:
                return within(take_number(false, hour_), hour_, 0, 23, "hour");
            case Part::kHour12:
            case Part::kZeroHour12:
                return within(take_number(chunk.part == Part::kZeroHour12, hour_), hour_, 0, 12,
                              "hour");
            case Part::kMinute:
            case Part::kZeroMinute:
                return within(take_number(chunk.part == Part::kZeroMinute, minute_), minute_, 0, 59,
                              "minute");
            case Part::kSecond:
            case Part::kZeroSecond:
                return read_second(chunk.part == Part::kZeroSecond, layout);
            case Part::kPm:
                return read_half("AM", "PM");
            case Part::kSmallPm:
                return read_half("am", "pm");
            case Part::kZone:
                return read_zone(chunk);
            case Part::kZoneName:
                return read_zone_name();
            case Part::kFraction0:
                return take_fraction(chunk.digits);
            case Part::kFraction9:
                // May be left out.
                return rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') ||
                       !is_digit_at(rest_, 1) || take_fraction(digits_behind_point());
            case Part::kNone:
                break;
        }
        return false;
    }

    Status settle_year_day() {
        int rest = year_day_, month = 1;
        if (rest < 1 || rest > 365 + (is_leap(year_) ? 1 : 0)) {
            return because(": day-of-year out of range");
        }
        for (; rest > days_in(month, year_); ++month) {
            rest -= days_in(month, year_);
        }
        if (month_ >= 0 && month_ != month) {
            return because(": day-of-year does not match month");
        }
        if (day_ >= 0 && day_ != rest) {
            return because(": day-of-year does not match day");
        }
        month_ = month;
        day_ = rest;
        return ok();
    }

    Moment in(const ZonePtr& zone) const {
        return from_civil(year_, month_, day_, (hour_ * 60 + minute_) * 60 + second_, nanoseconds_,
                          zone);
    }

    Result<Moment> finish(const ZonePtr& otherwise, const ZonePtr& local) {
        if (afternoon_ && hour_ < 12) {
            hour_ += 12;
        } else if (!afternoon_ && morning_ && hour_ == 12) {
            hour_ = 0;
        }
        if (year_day_ >= 0) {
            STEP_TRY(settle_year_day());
        }
        month_ = month_ < 0 ? 1 : month_;
        day_ = day_ < 0 ? 1 : day_;
        if (day_ < 1 || day_ > days_in(month_, year_)) {
            return because(": day out of range");
        }
        if (zone_) {
            return in(zone_);
        }
        if (offset_) {
            Moment moment = in(utc_zone());
            moment.seconds -= *offset_;
            const Zone::Offset known = local->at(moment.seconds);
            const bool same =
                known.seconds == *offset_ && (zone_name_.empty() || known.name == zone_name_);
            return moment.in(same ? local : fixed_zone(zone_name_, *offset_));
        }
        if (zone_name_.empty()) {
            return in(otherwise);
        }
        Moment moment = in(utc_zone());
        if (const auto known = local->offset_of(zone_name_, moment.seconds)) {
            moment.seconds -= *known;
            return moment.in(local);
        }
        int offset = 0;
        if (zone_name_.size() > 4 && zone_name_.starts_with("GMT")) {
            offset = number_of(std::string_view(zone_name_).substr(4)) *
                     (zone_name_[3] == '-' ? -3600 : 3600);
        }
        return moment.in(fixed_zone(zone_name_, offset));
    }

    std::string_view layout_, text_, rest_;
    std::string range_{}, zone_name_{};
    int year_ = 0, month_ = -1, day_ = -1, year_day_ = -1, hour_ = 0, minute_ = 0, second_ = 0;
    std::int32_t nanoseconds_ = 0;
    bool morning_ = false, afternoon_ = false;
    ZonePtr zone_{};
    std::optional<int> offset_{};
};

}  // namespace

Result<Moment> parse_moment(std::string_view layout, std::string_view text,
                            const ZonePtr& otherwise, const ZonePtr& local) {
    return MomentParser(layout, text).run(otherwise, local);
}

}  // namespace step::tmpl
