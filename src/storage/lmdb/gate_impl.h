#pragma once

#include <limits>

#include "base/futex.h"

namespace step::storage {

/// Closed, then open for ever.
class Gate {
public:
    void wait() const {
        while (open_.load(std::memory_order_acquire) == 0) {
            futex_wait(open_, 0);
        }
    }
    /// Wakes all who wait, in one system call.
    void open() {
        open_.store(1, std::memory_order_release);
        futex_wake(open_, std::numeric_limits<int>::max());
    }

private:
    FutexWord open_ = 0;
};

}  // namespace step::storage
