#include "issuance/validity.h"

namespace step::issuance {
namespace {

/// 9999-12-31T23:59:59Z: the last moment X.509 can write (RFC 5280 4.1.2.5).
constexpr SysSeconds kEndOfTime{std::chrono::seconds(253'402'300'799)};

SysTime later(SysTime time, Duration by) {
    return time + std::chrono::floor<std::chrono::microseconds>(by);
}

SysSeconds seconds(SysTime time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

std::string text(SysSeconds time) {
    return format_go_time(SysTime(time));
}

}  // namespace

SysTime TimeOrDuration::from(SysTime base) const {
    return time ? *time : later(base, offset.value_or(Duration::zero()));
}

Result<TimeOrDuration> parse_time_or_duration(std::string_view text) {
    if (text.empty()) {
        return TimeOrDuration{};
    }
    if (const Result<SysTime> time = parse_rfc3339(text)) {
        return TimeOrDuration{.time = *time};
    }
    STEP_ASSIGN(const Duration offset, parse_duration(text));
    return TimeOrDuration{.offset = offset};
}

Result<Validity> decide_validity(const TimeOrDuration& not_before, const TimeOrDuration& not_after,
                                 const Lifetimes& lifetimes, Duration backdate, SysTime now) {
    const SysTime begin = not_before.said() ? not_before.from(now) : now;
    const SysTime end = not_after.said() ? not_after.from(begin) : later(begin, lifetimes.normal);
    const Validity validity{
        .not_before = seconds(not_before.said() ? begin : later(begin, -backdate)),
        .not_after = seconds(end)};

    if (validity.not_after < seconds(now)) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "notAfter cannot be in the past; na=" + text(validity.not_after)};
    }
    if (validity.not_after < validity.not_before) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "notAfter cannot be before notBefore; na=" +
                               text(validity.not_after) + ", nb=" + text(validity.not_before)};
    }
    if (validity.not_after > kEndOfTime) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "notAfter is later than a certificate can say"};
    }
    // In seconds first: some spans of ten thousand years do not fit into nanoseconds.
    const std::chrono::seconds lasts = validity.not_after - validity.not_before;
    const auto shown = [](std::chrono::seconds span) {
        constexpr auto kLongest = std::chrono::duration_cast<std::chrono::seconds>(Duration::max());
        return format_duration(std::min(span, kLongest));
    };
    if (lasts < std::chrono::ceil<std::chrono::seconds>(lifetimes.min)) {
        return Error{.code = Code::kForbidden,
                     .detail = "requested duration of " + shown(lasts) +
                               " is less than the authorized minimum certificate duration of " +
                               format_duration(lifetimes.min)};
    }
    // The original grants the backdate even where none was applied.
    const Duration most = lifetimes.max + backdate;
    if (lasts > std::chrono::floor<std::chrono::seconds>(most)) {
        return Error{.code = Code::kForbidden,
                     .detail = "requested duration of " + shown(lasts) +
                               " is more than the authorized maximum certificate duration of " +
                               format_duration(most)};
    }
    return validity;
}

}  // namespace step::issuance
