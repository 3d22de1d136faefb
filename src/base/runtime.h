#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace step {

/// Calendar time. Microseconds, so that the year 9999 of a certificate fits (nanoseconds in
/// 64 bits end in 2262).
using SysTime = std::chrono::sys_time<std::chrono::microseconds>;
/// What X.509 and JOSE count in.
using SysSeconds = std::chrono::sys_seconds;

/// The only way to learn the time. `tools/check_bans.py` rejects system_clock::now().
class Clock {
public:
    virtual ~Clock() = default;
    /// Calendar time, for what goes into certificates, tokens and logs.
    virtual SysTime now() const = 0;
    /// Never jumps: for time-outs, timers and measured durations only.
    virtual std::chrono::nanoseconds monotonic() const = 0;
};

/// The only way to get random bytes.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> out) = 0;

    /// `count` random bytes.
    Bytes bytes(std::size_t count);
};

/// A version 4 UUID (RFC 9562) in its usual text form.
std::string make_uuid(Random& random);

}  // namespace step
