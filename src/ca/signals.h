#pragma once

#include <chrono>
#include <csignal>

namespace step::ca {

/// SIGINT and SIGTERM, taken by one thread when it asks. Make it before any other thread, so
/// that all of them leave these signals alone.
class StopSignals {
public:
    StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

    /// Waits this long at most; true if one came.
    bool wait(std::chrono::nanoseconds at_most) const;
    /// Between these two a signal ends the process at once: while somebody is asked for a
    /// password, and for the impatient when we are stopping anyway. This thread only.
    void release() const;
    void hold() const;

private:
    sigset_t set_{}, before_{};
};

}  // namespace step::ca
