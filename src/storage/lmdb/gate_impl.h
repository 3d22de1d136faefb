#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace step::storage {

/// Closed, then open for ever. Whoever waits sleeps in the kernel at once: std::atomic::wait of
/// libstdc++ yields the processor several times first, which costs more than the wait.
class Gate {
public:
    void wait() const {
        while (open_.load(std::memory_order_acquire) == 0) {
            ::syscall(SYS_futex, &open_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
        }
    }
    /// Wakes all who wait, in one system call.
    void open() {
        open_.store(1, std::memory_order_release);
        ::syscall(SYS_futex, &open_, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
    }

private:
    std::atomic<std::uint32_t> open_ = 0;
    static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
};

}  // namespace step::storage
