#include <exception>

#include <fmt/format.h>

#include "webhook/notifier_impl.h"

namespace step::webhook {
namespace {

constexpr std::size_t kMostWaiting = 1000;

}  // namespace

Notifier::~Notifier() {
    std::size_t lost = 0;
    {
        std::unique_lock lock(mutex_);
        if (!thread_.joinable()) {
            return;
        }
        end_ = true;
        changed_.notify_all();
        if (!changed_.wait_for(lock, caller_.patience().at_the_end, [this] { return done_; })) {
            lost = waiting_.size();
            waiting_.clear();
        }
    }
    caller_.hurry();
    thread_.join();
    if (lost > 0) {
        log_.write(Level::kWarning,
                   fmt::format("webhook {}: {} notifications were not delivered",
                               target_.config().name, lost),
                   {});
    }
}

void Notifier::post(Message message) noexcept {
    try {
        const std::scoped_lock lock(mutex_);
        if (waiting_.size() >= kMostWaiting) {
            complain(message.request_id, {.detail = "too many notifications are waiting"});
            return;
        }
        if (!thread_.joinable()) {
            thread_ = std::thread([this] { work(); });
        }
        waiting_.push_back(std::move(message));
        changed_.notify_all();
    } catch (const std::exception& failure) {  // No memory, no thread.
        complain("", {.detail = failure.what()});
    }
}

void Notifier::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return end_ || !waiting_.empty(); });
        if (waiting_.empty()) {
            done_ = true;
            changed_.notify_all();
            return;
        }
        const Message message = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        const Result<Answer> answer =
            caller_.call(target_, message.url, message.rest, message.request_id);
        if (!answer) {
            complain(message.request_id, answer.error());
        }
        lock.lock();
    }
}

void Notifier::complain(const std::string& request_id, const Error& why) {
    log_.write(
        Level::kWarning,
        fmt::format("webhook {} was not notified: {}", target_.config().name, why.detail),
        {{.name = "request-id", .value = request_id}, {.name = "error", .value = why.cause}});
}

}  // namespace step::webhook
