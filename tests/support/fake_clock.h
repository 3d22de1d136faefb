#pragma once

#include "base/runtime.h"

namespace step::test {

/// Stands still until told otherwise. Starts on 2024-01-02 03:04:05 UTC.
struct FakeClock final : Clock {
    SysTime time{std::chrono::seconds(1'704'164'645)};
    std::chrono::nanoseconds ticks{0};

    SysTime now() const override { return time; }
    std::chrono::nanoseconds monotonic() const override { return ticks; }
    void advance(std::chrono::seconds by) {
        time += by;
        ticks += by;
    }
};

}  // namespace step::test
