#pragma once

#include <atomic>
#include <memory>
#include <thread>

namespace step::http {
class Server;
}

namespace step::ca {

/// A server and the thread it runs in.
class Listener {
public:
    explicit Listener(std::unique_ptr<http::Server> server);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// Stops, and waits until requests in flight are answered.
    ~Listener();

    http::Server& server() { return *server_; }
    void run();
    /// Accepts no more; returns at once.
    void stop();
    bool ended() const { return ended_; }

private:
    std::unique_ptr<http::Server> server_;
    std::atomic<bool> ended_ = false;
    std::thread thread_{};
};

}  // namespace step::ca
