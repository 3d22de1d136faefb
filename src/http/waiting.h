#pragma once

#include <utility>

#include "base/result.h"

namespace step::http {

class Workers;

/// Error::reason, with kUnavailable, where as many handlers as Limits::spares wait already.
inline constexpr const char* kTooManyWaiting = "http.too_many_waiting";

/// A handler that calls another server holds one of these for as long as it may have to wait, so
/// that its Server puts another thread in its place: callers that hang must not keep the next
/// request from being answered. On a thread that is no Server's worker it does nothing.
class WaitingOutside {
public:
    static Result<WaitingOutside> begin();
    ~WaitingOutside() { end(); }
    WaitingOutside(WaitingOutside&& other) noexcept
        : workers_(std::exchange(other.workers_, nullptr)) {}
    WaitingOutside& operator=(WaitingOutside&& other) noexcept {
        std::swap(workers_, other.workers_);
        return *this;
    }
    WaitingOutside(const WaitingOutside&) = delete;
    WaitingOutside& operator=(const WaitingOutside&) = delete;

private:
    explicit WaitingOutside(Workers* workers) : workers_(workers) {}
    void end() noexcept;

    Workers* workers_ = nullptr;
};

}  // namespace step::http
