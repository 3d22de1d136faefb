#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/system.h"
#include "http/server.h"
#include "tests/support/fake_random.h"

namespace step::http {

/// Routes that show what the handler saw.
inline std::shared_ptr<Router> test_router() {
    auto router = std::make_shared<Router>();
    router->add({"GET", "/hello", 0,
                 [](const Request&) { return Response{.body = "{\"hello\":true}\n"}; }});
    router->add({"POST", "/echo", 1000, [](const Request& request) {
                     return Response{
                         .status = 201, .content_type = "text/plain", .body = request.body};
                 }});
    router->add({"GET", "/item/{}/part/{}", 0, [](const Request& request) {
                     return Response{.body = request.captures[0] + "|" + request.captures[1] + "|" +
                                             request.query + "|" + request.path};
                 }});
    router->add({"GET", "/peer", 0, [](const Request& request) {
                     return Response{.body = std::to_string(request.peer_chain.size())};
                 }});
    router->add({"GET", "/throw", 0, [](const Request&) -> Response { throw 1; }});
    router->add({"GET", "/split", 0, [](const Request&) {
                     return Response{.headers = {{"X-Bad", "a\r\nX-Evil: yes"}}};
                 }});
    router->add({"GET", "/empty", 0,
                 [](const Request&) { return Response{.status = 204, .content_type = ""}; }});
    router->add({"GET", "/large", 0,
                 [](const Request&) { return Response{.body = std::string(3'000'000, 'x')}; }});
    return router;
}

/// A server in a thread of its own; on a free port of 127.0.0.1 unless `options` has an address.
class Running {
public:
    explicit Running(Server::Options options = {}, const TlsContextPtr& tls = nullptr,
                     std::shared_ptr<const Router> router = test_router()) {
        if (options.address.empty()) {
            options.address = "127.0.0.1:0";
        }
        auto made = Server::listen(std::move(options), tls, std::move(router), clock_, random_);
        REQUIRE(made);
        server = *std::move(made);
        thread_ = std::thread([this] { server->run(); });
    }
    ~Running() { stop(); }
    void stop() {
        server->stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    std::string url(const std::string& path, const std::string& scheme = "http",
                    const std::string& host = "127.0.0.1") const {
        return scheme + "://" + host + ":" + std::to_string(server->port()) + path;
    }

    std::unique_ptr<Server> server;

private:
    SystemClock clock_;
    test::FakeRandom random_;
    std::thread thread_;
};

/// A raw connection, for what no decent client sends.
class Wire {
public:
    explicit Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        const timeval patience{.tv_sec = 60, .tv_usec = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~Wire() { ::close(fd_); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    Wire& say(std::string_view text) {
        while (!text.empty()) {
            const ssize_t count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                break;
            }
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return *this;
    }
    /// Until the server closes; "(no end)" is added if it does not within a minute.
    std::string all() {
        std::string heard;
        for (;;) {
            const std::string more = some();
            if (more.empty()) {
                return heard;
            }
            heard += more;
            if (more == "(no end)") {
                return heard;
            }
        }
    }
    /// Until `end` has come.
    std::string until(std::string_view end) {
        std::string heard;
        while (heard.find(end) == std::string::npos) {
            const std::string more = some();
            heard += more;
            if (more.empty() || more == "(no end)") {
                break;
            }
        }
        return heard;
    }

private:
    std::string some() const {
        char buffer[16384];
        const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
        return count < 0 ? "(no end)" : std::string(buffer, static_cast<std::size_t>(count));
    }
    int fd_;
};

inline std::string get(const std::string& path, const std::string& more = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}
inline std::string get_and_close(const std::string& path) {
    return get(path, "Connection: close\r\n");
}

}  // namespace step::http
