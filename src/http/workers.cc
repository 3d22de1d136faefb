#include <algorithm>
#include <system_error>
#include <utility>

#include "http/waiting.h"
#include "http/workers_impl.h"

namespace step::http {
namespace {

/// How long a spare thread without work stays.
constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds(5);

/// Which pool this thread belongs to: a fact about the thread, set once when it starts.
thread_local Workers* of_this_thread = nullptr;

}  // namespace

Workers::Workers(std::size_t threads, std::size_t spares) : max_spares_(spares) {
    threads_.reserve(std::max<std::size_t>(threads, 1));
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
        threads_.emplace_back([this] { serve(); });
    }
}

void Workers::post(Work work) {
    Seat* seat = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        if (idle_.empty()) {
            queue_.push_back(std::move(work));
            return;
        }
        seat = idle_.back();
        idle_.pop_back();
        seat->work = std::move(work);
        seat->woken.store(1, std::memory_order_release);
    }
    // The thread may have seen it and be gone by now: then this wakes nobody.
    futex_wake(seat->woken, 1);
}

void Workers::join() {
    std::vector<Seat*> sleeping;
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(joining_, true)) {
            return;
        }
        sleeping.swap(idle_);
        for (Seat* const seat : sleeping) {
            seat->woken.store(1, std::memory_order_release);
        }
    }
    for (Seat* const seat : sleeping) {
        futex_wake(seat->woken, 1);
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return spares_.empty(); });
    for (std::thread& thread : ended_) {
        thread.join();  // It needs the mutex no more.
    }
    ended_.clear();
}

bool Workers::enter() {
    const std::scoped_lock lock(mutex_);
    if (waiting_ >= max_spares_) {
        return false;
    }
    if (spares_.size() <= waiting_ && !joining_) {
        for (std::thread& thread : ended_) {
            thread.join();  // It needs the mutex no more.
        }
        ended_.clear();
        try {
            start_spare();
        } catch (const std::system_error&) {
            return false;  // The system gives no more threads.
        }
    }
    ++waiting_;
    return true;
}

void Workers::leave() noexcept {
    const std::scoped_lock lock(mutex_);
    --waiting_;
}

void Workers::start_spare() {
    const auto self = spares_.emplace(spares_.end());
    try {
        *self = std::thread([this, self] { serve_as_spare(self); });
    } catch (...) {
        spares_.erase(self);
        throw;
    }
}

void Workers::serve() {
    of_this_thread = this;
    Seat seat;
    while (const Work work = next(seat, nullptr)) {
        work();
    }
}

void Workers::serve_as_spare(Threads::iterator self) {
    of_this_thread = this;
    Seat seat;
    for (;;) {
        if (const Work work = next(seat, &kPatience)) {
            work();
            continue;
        }
        const std::scoped_lock lock(mutex_);
        if (queue_.empty() && (joining_ || spares_.size() > waiting_)) {
            ended_.splice(ended_.end(), spares_, self);
            changed_.notify_all();
            return;
        }
    }
}

/// What to do next; nothing if there will be nothing more, or was nothing for `patience`.
Workers::Work Workers::next(Seat& seat, const std::chrono::nanoseconds* patience) {
    {
        const std::scoped_lock lock(mutex_);
        if (!queue_.empty()) {
            Work work = std::move(queue_.front());
            queue_.pop_front();
            return work;
        }
        if (joining_) {
            return {};
        }
        seat.woken.store(0, std::memory_order_relaxed);
        idle_.push_back(&seat);
    }
    while (seat.woken.load(std::memory_order_acquire) == 0) {
        if (patience == nullptr) {
            futex_wait(seat.woken, 0);
            continue;
        }
        futex_wait_for(seat.woken, 0, *patience);
        const std::scoped_lock lock(mutex_);
        if (std::erase(idle_, &seat) > 0) {
            return {};
        }
    }
    return std::exchange(seat.work, {});
}

Workers* Workers::current() {
    return of_this_thread;
}

std::size_t Workers::spares_for_test() const {
    const std::scoped_lock lock(mutex_);
    return spares_.size();
}

Result<WaitingOutside> WaitingOutside::begin() {
    Workers* const workers = Workers::current();
    if (workers != nullptr && !workers->enter()) {
        return Error{.code = Code::kUnavailable,
                     .detail = "too many requests wait for other servers",
                     .reason = kTooManyWaiting};
    }
    return WaitingOutside(workers);
}

void WaitingOutside::end() noexcept {
    if (workers_ != nullptr) {
        std::exchange(workers_, nullptr)->leave();
    }
}

}  // namespace step::http
