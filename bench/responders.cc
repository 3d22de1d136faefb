#include "responders.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <fmt/core.h>

namespace step::bench {
namespace {

constexpr std::string_view kPath = "GET /.well-known/acme-challenge/";
constexpr std::size_t kHeader = 12;  ///< Of a DNS message.
constexpr unsigned kHttpThreads = 2;

Result<int> listen_on(int kind, std::uint16_t port) {
    const int fd = ::socket(AF_INET, kind | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (!bound || (kind == SOCK_STREAM && ::listen(fd, 1024) != 0)) {
        ::close(fd);
        return Error{.code = Code::kUnavailable, .detail = fmt::format("port {} is taken", port)};
    }
    return fd;
}

/// The answer to one query: 127.0.0.1 if A was asked for, else nothing.
std::string reply(std::string_view query) {
    std::size_t end = kHeader;
    while (end < query.size() && query[end] != 0) {
        end += 1 + static_cast<unsigned char>(query[end]);
    }
    if (end + 5 > query.size()) {
        return {};
    }
    const bool address = query[end + 1] == 0 && query[end + 2] == 1;
    std::string out(query.substr(0, 2));
    out += {'\x85', '\x80', 0, 1, 0, static_cast<char>(address ? 1 : 0), 0, 0, 0, 0};
    out += query.substr(kHeader, end + 5 - kHeader);
    if (address) {
        out += {'\xc0', '\x0c', 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1};
    }
    return out;
}

}  // namespace

Status Responders::start(std::uint16_t http_port, std::uint16_t dns_port) {
    STEP_ASSIGN(http_, listen_on(SOCK_STREAM, http_port));
    STEP_ASSIGN(dns_, listen_on(SOCK_DGRAM, dns_port));
    for (unsigned i = 0; i < kHttpThreads; ++i) {
        threads_.emplace_back([this] { answer_http(); });
    }
    threads_.emplace_back([this] { answer_dns(); });
    return ok();
}

Responders::~Responders() {
    if (http_ >= 0) {
        ::shutdown(http_, SHUT_RDWR);
    }
    if (dns_ >= 0) {
        ::shutdown(dns_, SHUT_RDWR);
    }
    threads_.clear();
    ::close(http_);
    ::close(dns_);
}

void Responders::put(const std::string& token, std::string key_authorization) {
    const std::scoped_lock lock(mutex_);
    pages_[token] = std::move(key_authorization);
}

void Responders::take_away(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    pages_.erase(token);
}

std::string Responders::page(std::string_view request) {
    if (request.substr(0, kPath.size()) == kPath) {
        request.remove_prefix(kPath.size());
        const std::scoped_lock lock(mutex_);
        const auto found = pages_.find(request.substr(0, request.find(' ')));
        if (found != pages_.end()) {
            return fmt::format(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: "
                "close\r\n\r\n{}",
                found->second.size(), found->second);
        }
    }
    return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

void Responders::answer_http() {
    for (;;) {
        const int wire = ::accept4(http_, nullptr, nullptr, SOCK_CLOEXEC);
        if (wire < 0) {
            return;
        }
        std::string request;
        std::array<char, 4096> piece{};
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t size = ::recv(wire, piece.data(), piece.size(), 0);
            if (size <= 0) {
                break;
            }
            request.append(piece.data(), static_cast<std::size_t>(size));
        }
        const std::string out = page(request);
        ::send(wire, out.data(), out.size(), MSG_NOSIGNAL);
        ::close(wire);
    }
}

void Responders::answer_dns() const {
    std::array<char, 2048> packet{};
    for (;;) {
        sockaddr_storage from{};
        socklen_t length = sizeof from;
        const ssize_t size = ::recvfrom(dns_, packet.data(), packet.size(), 0,
                                        reinterpret_cast<sockaddr*>(&from), &length);
        if (size <= 0) {
            return;
        }
        const std::string out = reply({packet.data(), static_cast<std::size_t>(size)});
        ::sendto(dns_, out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
    }
}

}  // namespace step::bench
