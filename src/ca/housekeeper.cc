#include "ca/housekeeper.h"

#include <algorithm>

#include <fmt/core.h>

#include "app/sweeper.h"

namespace step::ca {
namespace {

constexpr std::chrono::seconds kFirst{5};  ///< After the start, which has better things to do.
constexpr std::chrono::minutes kIdle{1};
constexpr std::chrono::milliseconds kLeast{20};
constexpr int kShare = 4;  ///< Pauses this many times as long as its work takes.

}  // namespace

Housekeeper::Housekeeper(app::Sweeper& sweeper, const Clock& clock, Log& log)
    : sweeper_(sweeper), clock_(clock), log_(log), thread_([this] { work(); }) {}

Housekeeper::~Housekeeper() {
    {
        const std::scoped_lock lock(mutex_);
        end_ = true;
    }
    ended_.notify_all();
    thread_.join();
}

void Housekeeper::work() {
    std::size_t tokens = 0, certificates = 0, orders = 0;
    bool failing = false;
    for (std::chrono::nanoseconds wait = kFirst; pause(wait);) {
        const auto start = clock_.monotonic();
        const Result<app::Sweeper::Swept> swept = sweeper_.step();
        const std::chrono::nanoseconds took = clock_.monotonic() - start;
        wait = swept && swept->more ? std::max<std::chrono::nanoseconds>(kLeast, took * kShare)
                                    : std::chrono::nanoseconds(kIdle);
        if (!swept) {
            if (!failing) {
                log_.write(Level::kError, "error purging the database: " + swept.error().detail,
                           {});
            }
            failing = true;
            continue;
        }
        failing = false;
        tokens += swept->tokens;
        certificates += swept->certificates;
        orders += swept->orders;
        if (!swept->more && orders > 0) {
            log_.write(Level::kInfo,
                       fmt::format("purged {} expired ACME orders", std::exchange(orders, 0)), {});
        }
        if (!swept->more && tokens + certificates > 0) {
            log_.write(Level::kInfo,
                       fmt::format("purged {} used tokens and the records of {} certificates",
                                   std::exchange(tokens, 0), std::exchange(certificates, 0)),
                       {});
        }
    }
}

bool Housekeeper::pause(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    return !ended_.wait_for(lock, time, [this] { return end_; });
}

}  // namespace step::ca
