#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "base/futex.h"

namespace step::http {

/// The threads that run handlers: a fixed number, and for each that waits outside (see
/// WaitingOutside) a spare one, which goes when nobody has needed it for a while. Thread-safe.
///
/// A thread without work sleeps on a word of its own, and whoever posts work gives it to the one
/// that fell asleep last: one thread is woken for it, by one system call, and its caches are warm.
class Workers {
public:
    using Work = std::function<void()>;

    Workers(std::size_t threads, std::size_t spares);
    ~Workers() { join(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void post(Work work);
    /// Runs what was posted to its end, then ends the threads. Again: no effect.
    void join();

    /// The calling worker is about to wait. False if as many as `spares` do already.
    bool enter();
    void leave() noexcept;
    /// Whose worker the calling thread is; null if nobody's.
    static Workers* current();

    std::size_t spares_for_test() const;

private:
    using Threads = std::list<std::thread>;

    /// Where one thread sleeps. While it is in idle_, `work` is the poster's to fill.
    struct Seat {
        Work work{};
        FutexWord woken = 0;
    };

    void start_spare();
    void serve();
    void serve_as_spare(Threads::iterator self);
    Work next(Seat& seat, const std::chrono::nanoseconds* patience);

    mutable std::mutex mutex_;  ///< Guards the rest.
    std::deque<Work> queue_{};  ///< Empty whenever a thread is idle.
    std::vector<Seat*> idle_{};
    std::vector<std::thread> threads_{};
    std::condition_variable changed_{};
    Threads spares_{}, ended_{};
    std::size_t max_spares_;
    std::size_t waiting_ = 0;
    bool joining_ = false;
};

}  // namespace step::http
