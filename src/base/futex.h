#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace step {

/// A word on which threads of this process sleep (futex(2)). Unlike std::atomic::wait of libstdc++,
/// which yields the processor several times first, a wait sleeps at once.
using FutexWord = std::atomic<std::uint32_t>;
static_assert(sizeof(FutexWord) == sizeof(std::uint32_t));

/// Sleeps while `word` holds `expected`, until woken. May return for no reason: look again.
inline void futex_wait(const FutexWord& word, std::uint32_t expected) {
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

/// The same, for no longer than `time`: false if it is over.
inline bool futex_wait_for(const FutexWord& word, std::uint32_t expected,
                           std::chrono::nanoseconds time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec limit = {.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
    return ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, &limit, nullptr, 0) == 0 ||
           errno != ETIMEDOUT;
}

/// Wakes at most `count` of those who sleep on `word`, in one system call.
inline void futex_wake(FutexWord& word, int count) {
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

}  // namespace step
