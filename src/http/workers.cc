#include <algorithm>
#include <system_error>

#include "http/waiting.h"
#include "http/workers_impl.h"

namespace step::http {
namespace {

/// How long a spare thread without work stays.
constexpr std::chrono::seconds kPatience{5};

/// Which pool this thread belongs to: a fact about the thread, set once when it starts.
thread_local Workers* of_this_thread = nullptr;

}  // namespace

Workers::Workers(std::size_t threads, std::size_t spares)
    : queue_(static_cast<int>(std::max<std::size_t>(threads, 2))),  // 1 would mean: ever only one.
      open_(queue_.get_executor()),
      max_spares_(spares) {
    threads_.reserve(std::max<std::size_t>(threads, 1));
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
        threads_.emplace_back([this] {
            of_this_thread = this;
            queue_.run();
        });
    }
}

void Workers::join() {
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(joining_, true)) {
            return;
        }
    }
    open_.reset();
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
        *self = std::thread([this, self] { serve(self); });
    } catch (...) {
        spares_.erase(self);
        throw;
    }
}

void Workers::serve(Threads::iterator self) {
    of_this_thread = this;
    for (;;) {
        const bool idle = queue_.run_one_for(kPatience) == 0;
        const std::scoped_lock lock(mutex_);
        if ((idle && spares_.size() > waiting_) || (joining_ && queue_.stopped())) {
            ended_.splice(ended_.end(), spares_, self);
            changed_.notify_all();
            return;
        }
    }
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
