#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/time.h"
#include "issuance/grant.h"

namespace step::issuance {

/// A moment as a request may give it: RFC 3339, or a Go duration counted from something else.
/// Neither: not said.
struct TimeOrDuration {
    std::optional<SysTime> time{};
    std::optional<Duration> offset{};

    bool said() const { return time.has_value() || (offset && offset->count() != 0); }
    /// The moment, an offset being counted from `base`.
    SysTime from(SysTime base) const;
    bool operator==(const TimeOrDuration&) const = default;
};
/// "" is not said. Fails with kInvalidArgument.
Result<TimeOrDuration> parse_time_or_duration(std::string_view text);

struct Validity {
    SysSeconds not_before{}, not_after{};
    bool operator==(const Validity&) const = default;
};

/// Decides a validity by the rules of the original: kInvalidArgument if it ends in the past or
/// before it begins, kForbidden if it is shorter or longer than `lifetimes` allow.
Result<Validity> decide_validity(const TimeOrDuration& not_before, const TimeOrDuration& not_after,
                                 const Lifetimes& lifetimes, Duration backdate, SysTime now);

}  // namespace step::issuance
