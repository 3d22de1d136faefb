#include "base/text.h"
#include "tmpl/families_impl.h"
#include "tmpl/moment.h"
#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

Moment now(const Call& call) {
    return Moment::of(call.context().now(), local_zone());
}

Moment at_second(std::int64_t seconds) {
    return {seconds, 0, local_zone()};
}

Duration since(const Call& call, const Moment& moment) {
    return now(call).minus(moment);
}

Result<std::string> in_zone(Call& call, std::string_view layout, const Value& date,
                            std::string_view zone) {
    STEP_TRY(call.context().reserve_text(layout.size() * 16));
    Moment moment = now(call);
    if (const Moment* given = as_moment(date)) {
        moment = *given;
    } else if (date.is(types::kInt64) || date.is(types::kInt) || date.is(types::kInt32)) {
        moment = at_second(date.as_int());
    }
    const auto loaded = load_zone(zone);
    return format_moment(moment.in(loaded ? *loaded : utc_zone()), layout);
}

Result<Value> date(Call& call) {
    STEP_ASSIGN(std::string text, in_zone(call, call.text(0), call[1], "Local"));
    return Value(std::move(text));
}

Result<Value> date_in_zone(Call& call) {
    STEP_ASSIGN(std::string text, in_zone(call, call.text(0), call[1], call.text(2)));
    return Value(std::move(text));
}

Result<Value> html_date(Call& call) {
    STEP_ASSIGN(std::string text, in_zone(call, "2006-01-02", call[0], "Local"));
    return Value(std::move(text));
}

Result<Value> html_date_in_zone(Call& call) {
    STEP_ASSIGN(std::string text, in_zone(call, "2006-01-02", call[0], call.text(1)));
    return Value(std::move(text));
}

Result<Value> must_modify(Call& call) {
    STEP_ASSIGN(const Duration by, parse_duration(call.text(0)));
    return to_value(as_moment(call[1])->plus(by));
}

Result<Value> modify(Call& call) {
    const auto changed = must_modify(call);
    return changed ? *changed : call[1];
}

Result<Value> ago(Call& call) {
    Moment moment = now(call);
    if (const Moment* given = as_moment(call[0])) {
        moment = *given;
    } else if (call[0].is(types::kInt64) || call[0].is(types::kInt)) {
        moment = at_second(call.integer(0));
    }
    // To the nearest second, halves away from zero.
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t count = since(call, moment).count();
    const std::int64_t rest = count % kSecond;
    std::int64_t whole = count / kSecond;
    if (rest * 2 >= kSecond || rest * 2 <= -kSecond) {
        whole += count < 0 ? -1 : 1;
    }
    std::int64_t rounded = 0;
    if (__builtin_mul_overflow(whole, kSecond, &rounded)) {
        rounded = count;
    }
    return Value(format_duration(Duration(rounded)));
}

Result<Value> duration(Call& call) {
    std::int64_t seconds = 0;
    if (call[0].is(types::kString)) {
        seconds = parse_int(call.text(0), 10).value;
    } else if (call[0].is(types::kInt64)) {
        seconds = call.integer(0);
    }
    // Go's multiplication wraps.
    return Value(format_duration(
        Duration(static_cast<std::int64_t>(static_cast<std::uint64_t>(seconds) * 1'000'000'000))));
}

Result<Value> duration_round(Call& call) {
    std::int64_t length = 0;
    if (call[0].is(types::kString)) {
        const auto parsed = parse_duration(call.text(0));
        length = parsed ? parsed->count() : 0;
    } else if (call[0].is(types::kInt64)) {
        length = call.integer(0);
    } else if (const Moment* moment = as_moment(call[0])) {
        length = since(call, *moment).count();
    }
    const std::uint64_t size =
        length < 0 ? 0 - static_cast<std::uint64_t>(length) : static_cast<std::uint64_t>(length);
    constexpr std::uint64_t kSecond = 1'000'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                            kDay = 24 * kHour;
    constexpr std::pair<std::uint64_t, std::string_view> kUnits[] = {
        {365 * kDay, "y"}, {30 * kDay, "mo"}, {kDay, "d"},
        {kHour, "h"},      {kMinute, "m"},    {kSecond, "s"}};
    for (const auto& [unit, name] : kUnits) {
        if (size > unit) {
            return Value(fmt::format("{}{}", size / unit, name));
        }
    }
    return Value("0s");
}

Result<Value> must_to_date(Call& call) {
    STEP_ASSIGN(const Moment moment,
                parse_moment(call.text(0), call.text(1), local_zone(), local_zone()));
    return to_value(moment);
}

Result<Value> to_date(Call& call) {
    const auto date = must_to_date(call);
    return date ? *date : to_value(Moment{});
}

Result<Value> unix_epoch(Call& call) {
    return Value(std::to_string(as_moment(call[0])->seconds));
}

Result<Value> now_value(Call& call) {
    return to_value(now(call));
}

// What certificate templates add.

Moment time_of(const Call& call, const Value& value) {
    Moment moment = now(call);
    if (const Moment* given = as_moment(value)) {
        moment = *given;
    } else if (value.is(types::kFloat64)) {
        const double seconds = value.as_float();
        constexpr double kFar = 1e15;
        moment =
            at_second(seconds > -kFar && seconds < kFar ? static_cast<std::int64_t>(seconds) : 0);
    } else if (value.is(types::kInt64) || value.is(types::kInt) || value.is(types::kInt32)) {
        moment = at_second(value.as_int());
    }
    return moment.in(utc_zone());
}

Result<Value> to_time(Call& call) {
    return to_value(time_of(call, call[0]));
}

constexpr std::string_view kRfc3339 = "2006-01-02T15:04:05Z07:00";

Result<Value> format_time(Call& call) {
    return Value(format_moment(time_of(call, call[0]), kRfc3339));
}

std::string_view layout_of(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> kLayouts[] = {
        {"LAYOUT", "01/02 03:04:05PM '06 -0700"},
        {"ANSIC", "Mon Jan _2 15:04:05 2006"},
        {"UNIXDATE", "Mon Jan _2 15:04:05 MST 2006"},
        {"RUBYDATE", "Mon Jan 02 15:04:05 -0700 2006"},
        {"RFC822", "02 Jan 06 15:04 MST"},
        {"RFC822Z", "02 Jan 06 15:04 -0700"},
        {"RFC850", "Monday, 02-Jan-06 15:04:05 MST"},
        {"RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"},
        {"RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"},
        {"RFC3339", kRfc3339},
        {"RFC3339NANO", "2006-01-02T15:04:05.999999999Z07:00"},
        {"KITCHEN", "3:04PM"},
        {"STAMP", "Jan _2 15:04:05"},
        {"STAMPMILLI", "Jan _2 15:04:05.000"},
        {"STAMPMICRO", "Jan _2 15:04:05.000000"},
        {"STAMPNANO", "Jan _2 15:04:05.000000000"},
        {"DATETIME", "2006-01-02 15:04:05"},
        {"DATEONLY", "2006-01-02"},
        {"TIMEONLY", "15:04:05"},
    };
    const std::string_view bare = name.substr(name.starts_with("time.") ? 5 : 0);
    for (const auto& [known, layout] : kLayouts) {
        if (equal_fold(known, bare)) {
            return layout;
        }
    }
    return name;
}

Result<Value> to_time_layout(Call& call) {
    return Value(layout_of(call.text(0)));
}

Result<Value> must_parse_time(Call& call) {
    switch (call.size()) {
        case 0:
            return to_value(now(call).in(utc_zone()));
        case 1: {
            STEP_ASSIGN(const Moment moment,
                        parse_moment(kRfc3339, call.text(0), utc_zone(), local_zone()));
            return to_value(moment);
        }
        case 2: {
            STEP_ASSIGN(const Moment moment, parse_moment(layout_of(call.text(0)), call.text(1),
                                                          utc_zone(), local_zone()));
            return to_value(moment);
        }
        case 3: {
            STEP_ASSIGN(const ZonePtr zone, load_zone(call.text(2)));
            STEP_ASSIGN(const Moment moment,
                        parse_moment(layout_of(call.text(0)), call.text(1), zone, zone));
            return to_value(moment);
        }
        default:
            return failure("unsupported number of parameters");
    }
}

Result<Value> parse_time(Call& call) {
    const auto moment = must_parse_time(call);
    return moment ? *moment : to_value(Moment{});
}

constexpr Entry kFamily[] = {
    {"ago", "any", ago},
    {"date", "string any", date},
    {"date_in_zone", "string any string", date_in_zone},
    {"dateInZone", "string any string", date_in_zone},
    {"date_modify", "string time", modify},
    {"dateModify", "string time", modify},
    {"must_date_modify", "string time", must_modify},
    {"mustDateModify", "string time", must_modify},
    {"duration", "any", duration},
    {"durationRound", "any", duration_round},
    {"htmlDate", "any", html_date},
    {"htmlDateInZone", "any string", html_date_in_zone},
    {"toDate", "string string", to_date},
    {"mustToDate", "string string", must_to_date},
    {"unixEpoch", "time", unix_epoch},
    {"now", "", now_value},
    {"toTime", "any", to_time},
    {"formatTime", "any", format_time},
    {"parseTime", "string...", parse_time},
    {"mustParseTime", "string...", must_parse_time},
    {"toTimeLayout", "string", to_time_layout},
};

}  // namespace

std::span<const Entry> date_family() {
    return kFamily;
}

}  // namespace step::tmpl
