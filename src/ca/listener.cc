#include "ca/listener.h"

namespace step::ca {

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
