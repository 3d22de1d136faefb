#include "ca/signals.h"

#include <ctime>

namespace step::ca {

StopSignals::StopSignals() {
    (void)sigemptyset(&set_);
    (void)sigaddset(&set_, SIGINT);
    (void)sigaddset(&set_, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

StopSignals::~StopSignals() {
    release();
}

bool StopSignals::wait(std::chrono::nanoseconds at_most) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
    const timespec limit{.tv_sec = seconds.count(),
                         .tv_nsec = static_cast<long>((at_most - seconds).count())};
    return sigtimedwait(&set_, nullptr, &limit) > 0;
}

void StopSignals::release() const {
    (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::hold() const {
    (void)pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

}  // namespace step::ca
