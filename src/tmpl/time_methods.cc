#include <cmath>

#include "json/write.h"
#include "tmpl/layout_impl.h"
#include "tmpl/moment.h"

namespace step::tmpl {
namespace {

class MomentObject final : public Object {
public:
    explicit MomentObject(Moment moment) : moment_(std::move(moment)) {}
    const Moment& moment() const { return moment_; }
    bool equals(const Object& other) const override {
        const auto* moment = dynamic_cast<const MomentObject*>(&other);
        return moment != nullptr && moment->moment_ == moment_;
    }

private:
    Moment moment_;
};

const Moment& self(const Call& call) {
    return *as_moment(call[0]);
}

template <auto kField>
Result<Value> civil_int(Call& call) {
    return Value::integer(to_civil(self(call)).*kField);
}

Result<Value> month(Call& call) {
    return Value::of(types::kMonth, std::int64_t{to_civil(self(call)).month});
}
Result<Value> weekday(Call& call) {
    return Value::of(types::kWeekday, std::int64_t{to_civil(self(call)).weekday});
}
Result<Value> nanosecond(Call& call) {
    return Value::integer(self(call).nanoseconds);
}

template <std::int64_t kPerSecond>
Result<Value> unix_time(Call& call) {
    const auto seconds =
        static_cast<std::uint64_t>(self(call).seconds) * static_cast<std::uint64_t>(kPerSecond);
    const std::int64_t rest = self(call).nanoseconds / (1'000'000'000 / kPerSecond);
    return Value::int64(static_cast<std::int64_t>(
        seconds + static_cast<std::uint64_t>(kPerSecond == 1 ? 0 : rest)));
}

Result<Value> utc(Call& call) {
    return to_value(self(call).in(utc_zone()));
}
Result<Value> local(Call& call) {
    return to_value(self(call).in(local_zone()));
}
Result<Value> format(Call& call) {
    STEP_TRY(call.context().reserve(call.text(1).size() * 16));
    return Value(format_moment(self(call), call.text(1)));
}
Result<Value> string(Call& call) {
    return Value(self(call).text());
}
Result<Value> add(Call& call) {
    return to_value(self(call).plus(Duration(call.integer(1))));
}
Result<Value> add_date(Call& call) {
    const Civil civil = to_civil(self(call));
    const std::int64_t seconds = (civil.hour * 60 + civil.minute) * 60 + civil.second;
    constexpr std::int64_t kFar = 1'000'000'000;
    const auto within = [&](std::size_t i) { return std::clamp(call.integer(i), -kFar, kFar); };
    return to_value(from_civil(civil.year + within(1), civil.month + within(2),
                               civil.day + within(3), seconds, self(call).nanoseconds,
                               self(call).zone));
}
Result<Value> after(Call& call) {
    return Value(*as_moment(call[1]) < self(call));
}
Result<Value> before(Call& call) {
    return Value(self(call) < *as_moment(call[1]));
}
Result<Value> equal(Call& call) {
    return Value(self(call) == *as_moment(call[1]));
}
Result<Value> compare(Call& call) {
    const Moment& other = *as_moment(call[1]);
    return Value(self(call) < other ? -1 : other < self(call) ? 1 : 0);
}
std::string json_text(const Moment& moment) {
    return format_moment(moment, "2006-01-02T15:04:05.999999999Z07:00");
}
Result<Value> marshal_text(Call& call) {
    return Value::bytes(json_text(self(call)));
}
Result<Value> marshal_json(Call& call) {
    return Value::bytes("\"" + json_text(self(call)) + "\"");
}
Result<Value> is_zero(Call& call) {
    return Value(self(call) == Moment{});
}
Result<Value> is_dst(Call& call) {
    return Value(to_civil(self(call)).offset.daylight);
}
Result<Value> sub(Call& call) {
    return Value::of(types::kDuration, std::int64_t{self(call).minus(*as_moment(call[1])).count()});
}

/// Go's *time.Location, for its name.
class ZoneObject final : public Object {
public:
    explicit ZoneObject(ZonePtr zone) : zone_(std::move(zone)) {}
    std::string name() const { return std::string(zone_->name()); }
    bool equals(const Object& other) const override {
        const auto* zone = dynamic_cast<const ZoneObject*>(&other);
        return zone != nullptr && zone->zone_ == zone_;
    }

private:
    ZonePtr zone_;
};
std::string location_text(const Value& value) {
    return static_cast<const ZoneObject&>(*value.as_object()).name();
}
Result<Value> location_string(Call& call) {
    return Value(location_text(call[0]));
}
constexpr Entry kLocationMethods[] = {{"String", "", location_string}};
const Type kLocation{.kind = Kind::kPointer,
                     .name = "*time.Location",
                     .methods = {kLocationMethods, std::size(kLocationMethods)},
                     .text = location_text};
Result<Value> location(Call& call) {
    return Value::of(kLocation,
                     std::shared_ptr<const Object>(std::make_shared<ZoneObject>(self(call).zone)));
}

__extension__ using Wide = __int128;

/// Go truncates and rounds from the zero time.
template <bool kRound>
Result<Value> cut(Call& call) {
    const std::int64_t unit = call.integer(1);
    if (unit <= 0) {
        return to_value(self(call));
    }
    constexpr std::int64_t kZero = 62135596800;
    const Wide total =
        (static_cast<Wide>(self(call).seconds) + kZero) * 1'000'000'000 + self(call).nanoseconds;
    Wide rest = total % unit;
    rest = rest < 0 ? rest + unit : rest;
    Wide shift = -rest;
    if (kRound && rest + rest >= unit) {
        shift += unit;
    }
    return to_value(self(call).plus(Duration(static_cast<std::int64_t>(shift))));
}

constexpr Entry kTimeMethods[] = {
    {"Add", "duration", add},
    {"AddDate", "int int int", add_date},
    {"After", "time", after},
    {"Before", "time", before},
    {"Compare", "time", compare},
    {"Day", "", civil_int<&Civil::day>},
    {"Equal", "time", equal},
    {"Format", "string", format},
    {"Hour", "", civil_int<&Civil::hour>},
    {"IsDST", "", is_dst},
    {"IsZero", "", is_zero},
    {"Local", "", local},
    {"Location", "", location},
    {"MarshalJSON", "", marshal_json},
    {"MarshalText", "", marshal_text},
    {"Minute", "", civil_int<&Civil::minute>},
    {"Month", "", month},
    {"Nanosecond", "", nanosecond},
    {"Round", "duration", cut<true>},
    {"Second", "", civil_int<&Civil::second>},
    {"String", "", string},
    {"Sub", "time", sub},
    {"Truncate", "duration", cut<false>},
    {"UTC", "", utc},
    {"Unix", "", unix_time<1>},
    {"UnixMicro", "", unix_time<1'000'000>},
    {"UnixMilli", "", unix_time<1'000>},
    {"UnixNano", "", unix_time<1'000'000'000>},
    {"Weekday", "", weekday},
    {"Year", "", civil_int<&Civil::year>},
    {"YearDay", "", civil_int<&Civil::year_day>},
};

std::string time_text(const Value& value) {
    return as_moment(value)->text();
}

std::string time_json(const Value& value) {
    return "\"" + json_text(*as_moment(value)) + "\"";
}

template <std::int64_t kUnit>
Result<Value> duration_float(Call& call) {
    // As Go: whole units and the rest apart, for precision.
    const std::int64_t whole = call.integer(0) / kUnit, rest = call.integer(0) % kUnit;
    return Value(static_cast<double>(whole) +
                 static_cast<double>(rest) / static_cast<double>(kUnit));
}
template <std::int64_t kUnit>
Result<Value> duration_int(Call& call) {
    return Value::int64(call.integer(0) / kUnit);
}
Result<Value> duration_abs(Call& call) {
    const std::int64_t count = call.integer(0);
    const std::int64_t most = Duration::max().count();
    return Value::of(types::kDuration, count >= 0                         ? count
                                       : count == Duration::min().count() ? most
                                                                          : -count);
}
Result<Value> duration_truncate(Call& call) {
    const std::int64_t count = call.integer(0), unit = call.integer(1);
    return Value::of(types::kDuration, unit <= 0 ? count : count - count % unit);
}
Result<Value> duration_round(Call& call) {
    const std::int64_t count = call.integer(0), unit = call.integer(1);
    if (unit <= 0) {
        return call[0];
    }
    const std::int64_t rest = count % unit;
    const std::int64_t size = rest < 0 ? -rest : rest;
    std::int64_t rounded = count - rest;
    if (size >= unit - size &&
        __builtin_add_overflow(rounded, count < 0 ? -unit : unit, &rounded)) {
        rounded = count < 0 ? Duration::min().count() : Duration::max().count();
    }
    return Value::of(types::kDuration, rounded);
}
std::string duration_text(const Value& value) {
    return format_duration(Duration(value.as_int()));
}
Result<Value> duration_string(Call& call) {
    return Value(duration_text(call[0]));
}

constexpr Entry kDurationMethods[] = {
    {"Abs", "", duration_abs},
    {"Hours", "", duration_float<3'600'000'000'000>},
    {"Microseconds", "", duration_int<1'000>},
    {"Milliseconds", "", duration_int<1'000'000>},
    {"Minutes", "", duration_float<60'000'000'000>},
    {"Nanoseconds", "", duration_int<1>},
    {"Round", "duration", duration_round},
    {"Seconds", "", duration_float<1'000'000'000>},
    {"String", "", duration_string},
    {"Truncate", "duration", duration_truncate},
};

std::string month_text(const Value& value) {
    return std::string(month_name(static_cast<int>(value.as_int())));
}
std::string weekday_text(const Value& value) {
    return std::string(weekday_name(static_cast<int>(value.as_int())));
}
template <std::string (*kText)(const Value&)>
Result<Value> name_of(Call& call) {
    return Value(kText(call[0]));
}
constexpr Entry kMonthMethods[] = {{"String", "", name_of<month_text>}};
constexpr Entry kWeekdayMethods[] = {{"String", "", name_of<weekday_text>}};

}  // namespace

namespace types {
const Type kTime{.kind = Kind::kStruct,
                 .name = "time.Time",
                 .methods = {kTimeMethods, std::size(kTimeMethods)},
                 .text = time_text,
                 .json = time_json};
const Type kDuration{.kind = Kind::kInt64,
                     .name = "time.Duration",
                     .methods = {kDurationMethods, std::size(kDurationMethods)},
                     .text = duration_text};
const Type kMonth{.kind = Kind::kInt,
                  .name = "time.Month",
                  .methods = {kMonthMethods, std::size(kMonthMethods)},
                  .text = month_text};
const Type kWeekday{.kind = Kind::kInt,
                    .name = "time.Weekday",
                    .methods = {kWeekdayMethods, std::size(kWeekdayMethods)},
                    .text = weekday_text};
}  // namespace types

Value to_value(const Moment& moment) {
    return Value::of(types::kTime,
                     std::shared_ptr<const Object>(std::make_shared<MomentObject>(moment)));
}

const Moment* as_moment(const Value& value) {
    const auto* object =
        value.is(types::kTime) ? dynamic_cast<const MomentObject*>(value.as_object()) : nullptr;
    return object == nullptr ? nullptr : &object->moment();
}

}  // namespace step::tmpl
