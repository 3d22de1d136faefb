#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/runtime.h"

namespace step::app {
class Sweeper;
}

namespace step::ca {

/// Lets the sweeper work, in a thread of its own, as long as it lives: a step, then a pause four
/// times as long, so that requests have the database most of the time; once a minute if there
/// is nothing to delete. A round that deleted something is one line in the log.
class Housekeeper {
public:
    /// All must outlive it. `sweeper` is used by nobody else meanwhile.
    Housekeeper(app::Sweeper& sweeper, const Clock& clock, Log& log);
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;
    /// Ends within one step.
    ~Housekeeper();

private:
    void work();
    /// False if it is time to end.
    bool pause(std::chrono::nanoseconds time);

    app::Sweeper& sweeper_;
    const Clock& clock_;
    Log& log_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool end_ = false;
    std::thread thread_;
};

}  // namespace step::ca
