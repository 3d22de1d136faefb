#pragma once

#include <chrono>

#include "base/runtime.h"
#include "base/time.h"

namespace step::ca {

/// When to make the next certificate of our own: a third of its lifetime before it ends, and up
/// to a twentieth earlier, so that several servers do not do it at once.
SysTime next_renewal(SysSeconds not_before, SysSeconds not_after, Random& random);

/// How long to wait after a failure: between a fortieth and a twentieth of the lifetime.
Duration retry_after(SysSeconds not_before, SysSeconds not_after, Random& random);

/// Says when our own certificate has to be replaced, by the wall clock alone: a machine that
/// slept or whose clock was set is noticed by the next who asks, so ask at least every kTick.
class RenewalTimer {
public:
    /// The longest to wait between two questions.
    static constexpr std::chrono::seconds kTick{15};

    explicit RenewalTimer(Random& random) : random_(random) {}

    /// A new certificate is in use.
    void issued(SysSeconds not_before, SysSeconds not_after);
    /// No new one could be made: try again after retry_after(), each kTick once it has run out.
    void failed(SysTime now);

    /// The certificate is old, or not valid yet since the clock was set back.
    bool due(SysTime now) const;
    /// How long to wait before asking again: from a millisecond to kTick.
    std::chrono::nanoseconds wait(SysTime now) const;

private:
    Random& random_;
    SysSeconds not_before_{}, not_after_{};
    SysTime due_{};
    SysTime failed_{}, retry_{};  ///< Equal: the last attempt did not fail.
};

}  // namespace step::ca
