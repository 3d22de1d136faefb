#include "commands/ca/renewal_schedule.h"

#include <algorithm>
#include <cstring>

namespace step::commands {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRetry = 60s, kLastRetry = 15min, kLeastRetry = 1s;

}  // namespace

Duration random_part(Duration limit, Random& random) {
    std::uint32_t value = 0;
    const Bytes bytes = random.bytes(sizeof value);
    std::memcpy(&value, bytes.data(), sizeof value);
    return Duration(static_cast<std::int64_t>(static_cast<double>(limit.count()) *
                                              (static_cast<double>(value) / 4294967296.0)));
}

Duration wait_for_renewal(const RenewalRule& rule, SysTime now, Random& random) {
    const Duration life = rule.not_after - rule.not_before;
    const Duration remaining = rule.not_after - now;
    if (rule.period) {
        return remaining <= *rule.period ? Duration::zero() : *rule.period;
    }
    const Duration wait = remaining - rule.expires_in.value_or(life / 3);
    if (wait <= Duration::zero()) {
        return Duration::zero();
    }
    const Duration spread = life / 20;
    return wait < spread ? random_part(wait, random) : wait - random_part(spread, random);
}

Duration wait_after_failure(unsigned failures, Duration remaining, Random& random) {
    Duration most = kFirstRetry;
    for (unsigned i = 1; i < failures && most < kLastRetry; ++i) {
        most *= 2;
    }
    most = std::min(most, kLastRetry);
    if (remaining > Duration::zero()) {
        most = std::min(most, remaining / 8);
    }
    return std::max(most / 2 + random_part(most / 2, random), kLeastRetry);
}

Appointment make_appointment(const Clock& clock, Duration wait) {
    return {.calendar = clock.now() + std::chrono::ceil<std::chrono::microseconds>(wait),
            .monotonic = clock.monotonic() + wait};
}

Duration until(const Appointment& appointment, const Clock& clock) {
    return std::min<Duration>(appointment.calendar - clock.now(),
                              appointment.monotonic - clock.monotonic());
}

}  // namespace step::commands
