#include "ca/listener.h"

#include "http/server.h"

namespace step::ca {

Listener::Listener(std::unique_ptr<http::Server> server) : server_(std::move(server)) {}

Listener::~Listener() {
    if (thread_.joinable()) {
        server_->stop();
        thread_.join();
    }
}

void Listener::run() {
    thread_ = std::thread([this] {
        server_->run();
        ended_ = true;
    });
}

void Listener::stop() {
    server_->stop();
}

}  // namespace step::ca
