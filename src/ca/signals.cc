#include "ca/signals.h"

#include <ctime>

namespace step::ca {

StopSignals::StopSignals() {
    (void)sigemptyset(&stop_);
    (void)sigaddset(&stop_, SIGINT);
    (void)sigaddset(&stop_, SIGTERM);
    all_ = stop_;
    (void)sigaddset(&all_, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &all_, &before_);
}

StopSignals::~StopSignals() {
    (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Signal StopSignals::wait(std::chrono::nanoseconds at_most) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
    const timespec limit{.tv_sec = seconds.count(),
                         .tv_nsec = static_cast<long>((at_most - seconds).count())};
    const int signal = sigtimedwait(&all_, nullptr, &limit);
    return signal == SIGHUP ? Signal::kReload : signal > 0 ? Signal::kStop : Signal::kNone;
}

void StopSignals::release() const {
    (void)pthread_sigmask(SIG_UNBLOCK, &stop_, nullptr);
}

void StopSignals::hold() const {
    (void)pthread_sigmask(SIG_BLOCK, &stop_, nullptr);
}

}  // namespace step::ca
