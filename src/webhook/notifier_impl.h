#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"
#include "webhook/caller_impl.h"

namespace step::webhook {

/// Tells one server what has happened, in order, on a thread of its own that starts with the first
/// message. A server that does not keep up loses messages, which the log says. Thread-safe.
class Notifier {
public:
    /// All must outlive it.
    Notifier(const Target& target, Caller& caller, Log& log)
        : target_(target), caller_(caller), log_(log) {}
    /// Delivers what is waiting, for Patience::at_the_end at most.
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    struct Message {
        std::string url{}, rest{}, request_id{};  ///< As Caller::call's.
    };
    /// Returns at once.
    void post(Message message) noexcept;

private:
    void work();
    void complain(const std::string& request_id, const Error& why);

    const Target& target_;
    Caller& caller_;
    Log& log_;
    std::mutex mutex_;  ///< Guards what follows.
    std::condition_variable changed_;
    std::deque<Message> waiting_{};
    bool end_ = false, done_ = false;
    std::thread thread_{};
};

}  // namespace step::webhook
