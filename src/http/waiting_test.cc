#include "http/waiting.h"

#include <condition_variable>
#include <list>
#include <mutex>

#include "base/text.h"
#include "http/client.h"
#include "http/server_test_world.h"
#include "http/workers_impl.h"

namespace step::http {
namespace {

/// Another server that does not answer until it is told to.
class Elsewhere {
public:
    std::shared_ptr<Router> router() {
        auto router = test_router();
        router->add({"GET", "/ask", 0, [this](const Request&) {
                         const auto waiting = WaitingOutside::begin();
                         if (!waiting) {
                             CHECK(waiting.error().has_reason(kTooManyWaiting));
                             return Response{.status = 503};
                         }
                         std::unique_lock lock(mutex_);
                         ++asking_;
                         changed_.notify_all();
                         changed_.wait(lock, [this] { return open_; });
                         return Response{.status = 200};
                     }});
        return router;
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asking_ >= count; });
    }
    void answer() {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t asking_ = 0;
    bool open_ = false;
};

constexpr std::string_view kAsk = "GET /ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

int hello(const Running& running) {
    const auto got = Client::make({})->send({.url = running.url("/hello"),
                                             .max_body = 100,
                                             .timeout = std::chrono::milliseconds(60'000)});
    return got ? got->status : 0;
}

TEST_CASE("while 64 handlers wait for another server, the next request is answered") {
    Elsewhere elsewhere;
    const Running running({}, nullptr, elsewhere.router());
    std::list<Wire> hanging;
    for (int i = 0; i < 64; ++i) {
        hanging.emplace_back(running.server->port()).say(std::string(kAsk));
    }
    elsewhere.wait_for(64);
    CHECK(hello(running) == 200);
    elsewhere.answer();
    for (Wire& wire : hanging) {
        CHECK(wire.all().starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

TEST_CASE("beyond the limit a handler is told so, and the workers stay for others") {
    Elsewhere elsewhere;
    const Running running({.limits = {.workers = 1, .spares = 3}}, nullptr, elsewhere.router());
    std::list<Wire> hanging;
    for (int i = 0; i < 3; ++i) {
        hanging.emplace_back(running.server->port()).say(std::string(kAsk));
    }
    elsewhere.wait_for(3);
    Wire fourth(running.server->port());
    fourth.say(std::string(kAsk));
    CHECK(fourth.all().starts_with("HTTP/1.1 503 "));
    CHECK(hello(running) == 200);
    elsewhere.answer();
    for (Wire& wire : hanging) {
        CHECK(wire.all().starts_with("HTTP/1.1 200 OK\r\n"));
    }
    Wire fifth(running.server->port());
    fifth.say(std::string(kAsk));
    CHECK(fifth.all().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a server that stops answers those whose handlers wait") {
    Elsewhere elsewhere;
    Running running({.limits = {.workers = 1}}, nullptr, elsewhere.router());
    std::list<Wire> hanging;
    for (int i = 0; i < 5; ++i) {
        hanging.emplace_back(running.server->port()).say(std::string(kAsk));
    }
    elsewhere.wait_for(5);
    std::thread answering([&] { elsewhere.answer(); });
    running.stop();
    answering.join();
    for (Wire& wire : hanging) {
        CHECK(wire.all().starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

TEST_CASE("whoever waits on a thread of its own needs no spare one") {
    CHECK(WaitingOutside::begin());
}

TEST_CASE("spare threads take over what others wait for, and are used again") {
    Workers workers(1, 8);
    std::mutex mutex;
    std::condition_variable changed;
    int begun = 0, ended = 0;
    for (int round = 1; round <= 100; ++round) {
        for (int i = 0; i < 4; ++i) {
            workers.post([&, round] {
                const auto waiting = WaitingOutside::begin();
                std::unique_lock lock(mutex);
                ++begun;
                changed.notify_all();
                // None of the four ends before all have begun.
                changed.wait(lock, [&] { return begun >= 4 * round; });
                ++ended;
                changed.notify_all();
            });
        }
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return ended == 4 * round; });
    }
    CHECK(workers.spares_for_test() <= 8);
    workers.join();
    CHECK(workers.spares_for_test() == 0);
}

}  // namespace
}  // namespace step::http
