#pragma once

#include <optional>

#include "base/runtime.h"
#include "base/time.h"

namespace step::commands {

/// Uniform in [0, limit), good enough for spreading work.
Duration random_part(Duration limit, Random& random);

/// What a certificate and the flags say about when to renew.
struct RenewalRule {
    SysSeconds not_before{}, not_after{};
    std::optional<Duration> expires_in{};  ///< Renew when this is left; none: a third of the life.
    std::optional<Duration> period{};      ///< Renew this often instead.
};

/// How long to wait at `now` for the next renewal; zero if it is due. Up to a
/// twentieth of the life earlier than the rule says, at random, so that a fleet does not renew in
/// one moment; a `period` is kept exactly.
Duration wait_for_renewal(const RenewalRule& rule, SysTime now, Random& random);

/// How long to wait after the `failures`-th failure in a row (1 is the first), `remaining` being
/// left of the certificate: a minute, doubled each time up to 15, the second half of it at
/// random. At most an eighth of what is left, so that a short life gets its chances too; never
/// below a second.
Duration wait_after_failure(unsigned failures, Duration remaining, Random& random);

/// A moment to act at. Either clock may say that it has come: calendar time runs on while the
/// machine sleeps, and the other is not fooled when somebody sets the calendar back.
struct Appointment {
    SysTime calendar{};
    std::chrono::nanoseconds monotonic{};
};
Appointment make_appointment(const Clock& clock, Duration wait);
/// What is left until then; zero or less: now.
Duration until(const Appointment& appointment, const Clock& clock);

}  // namespace step::commands
