#pragma once

#include <atomic>

#include "base/runtime.h"

namespace step::test {

/// A FakeClock that several threads may look at.
class SharedClock final : public Clock {
public:
    SysTime now() const override {
        return SysTime(std::chrono::seconds(kStart)) + std::chrono::microseconds(passed_.load());
    }
    std::chrono::nanoseconds monotonic() const override {
        ++looks_;
        return std::chrono::microseconds(passed_.load());
    }
    /// How often it was asked for the monotonic time.
    int looks() const { return looks_; }
    void advance(std::chrono::microseconds by) { passed_ += by.count(); }

private:
    static constexpr std::int64_t kStart = 1'704'164'645;
    std::atomic<std::int64_t> passed_{0};
    mutable std::atomic<int> looks_{0};
};

}  // namespace step::test
