#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace step::test {

/// One connection that a TcpServer took, for as long as its handler runs. Nothing on it takes
/// longer than half a minute, and sending stops when the other side has closed.
class TcpPeer {
public:
    explicit TcpPeer(int fd) : fd_(fd) {
        const timeval patience{.tv_sec = 30, .tv_usec = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    ~TcpPeer() { ::close(fd_); }
    TcpPeer(const TcpPeer&) = delete;
    TcpPeer& operator=(const TcpPeer&) = delete;

    int fd() const { return fd_; }
    /// False once the other side is gone.
    bool say(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                return false;
            }
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    /// The head of a request.
    std::string head() const {
        std::string heard;
        char buffer[4096];
        while (heard.find("\r\n\r\n") == std::string::npos) {
            const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
            if (count <= 0) {
                break;
            }
            heard.append(buffer, static_cast<std::size_t>(count));
        }
        return heard;
    }
    /// Until the other side closes, or half a minute without a byte.
    void drain() const {
        char buffer[4096];
        while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
        }
    }

private:
    int fd_;
};

/// Listens on a free port of 127.0.0.1 or ::1 and hands its connections, one after the other, to a
/// function.
class TcpServer {
public:
    explicit TcpServer(std::function<void(const TcpPeer&)> handler, bool v6 = false)
        : handler_(std::move(handler)),
          fd_(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_addr = in6addr_loopback;
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const address =
            v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
        socklen_t size = v6 ? sizeof six : sizeof four;
        REQUIRE(::bind(fd_, address, size) == 0);
        REQUIRE(::listen(fd_, 50) == 0);
        ::getsockname(fd_, address, &size);
        port = ntohs(v6 ? six.sin6_port : four.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~TcpServer() {
        ::eventfd_write(stop_, 1);
        thread_.join();
        ::close(stop_);
        ::close(fd_);
    }
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;

    std::uint16_t port = 0;
    std::atomic<int> connections = 0;

private:
    void serve() {
        for (;;) {
            pollfd both[] = {{stop_, POLLIN, 0}, {fd_, POLLIN, 0}};
            if (::poll(both, 2, -1) < 0) {
                continue;
            }
            if (both[0].revents != 0) {
                return;
            }
            const TcpPeer peer(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
            ++connections;
            handler_(peer);
        }
    }

    std::function<void(const TcpPeer&)> handler_;
    int stop_ = ::eventfd(0, EFD_CLOEXEC), fd_;
    std::jthread thread_;
};

}  // namespace step::test
