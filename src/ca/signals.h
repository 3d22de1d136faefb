#pragma once

#include <chrono>
#include <csignal>

namespace step::ca {

enum class Signal : unsigned char { kNone, kStop, kReload };

/// SIGINT, SIGTERM (both kStop) and SIGHUP (kReload), taken by one thread when it asks. Make it
/// before any other thread, so that all of them leave these signals alone.
class StopSignals {
public:
    StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

    /// Waits this long at most for one. Several SIGHUP that nobody took yet are one.
    Signal wait(std::chrono::nanoseconds at_most) const;
    /// Between these two SIGINT or SIGTERM ends the process at once: while somebody is asked for
    /// a password, and for the impatient when we are stopping anyway. This thread only.
    void release() const;
    void hold() const;

private:
    sigset_t stop_{}, all_{}, before_{};
};

}  // namespace step::ca
