#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/text.h"

namespace step::test {

/// Types of DNS records (RFC 1035 3.2.2, RFC 3596).
inline constexpr unsigned kA = 1, kCname = 5, kTxt = 16, kAaaa = 28;

struct DnsQuery {
    Bytes message{};
    std::string name{};  ///< As asked, lower case, without a dot at the end.
    unsigned type = 0;
    bool tcp = false;
};

struct DnsRecord {
    unsigned type = 0;
    Bytes data{};
    std::string owner{};  ///< Empty: the name that was asked for.
};

inline Bytes dns_number(unsigned number) {
    return {static_cast<char>(number >> 8U & 0xffU), static_cast<char>(number & 0xffU)};
}

/// RFC 1035 3.1, uncompressed.
inline Bytes dns_name(const std::string& name) {
    Bytes wire;
    for (const std::string& label : split(name, '.')) {
        wire += static_cast<char>(label.size());
        wire += label;
    }
    return wire + '\0';
}

inline DnsRecord dns_address(std::string_view text, const std::string& owner = "") {
    const Bytes octets = *parse_ip(text);
    return {octets.size() == 4 ? kA : kAaaa, octets, owner};
}

inline DnsRecord dns_txt(const std::vector<Bytes>& strings, const std::string& owner = "") {
    Bytes data;
    for (const Bytes& one : strings) {
        data += static_cast<char>(one.size());
        data += one;
    }
    return {kTxt, data, owner};
}

/// An answer to `query` with its number and question. Flags: 0x8180 and the code, 0x0200 for a
/// truncated one.
inline Bytes dns_reply(const DnsQuery& query, const std::vector<DnsRecord>& records,
                       unsigned code = 0, unsigned more_flags = 0) {
    const std::size_t question_end = query.message.find('\0', 12) + 5;
    Bytes reply = query.message.substr(0, 2) + dns_number(0x8180U | more_flags | code) +
                  dns_number(1) + dns_number(static_cast<unsigned>(records.size())) +
                  dns_number(0) + dns_number(0) + query.message.substr(12, question_end - 12);
    for (const DnsRecord& record : records) {
        reply += record.owner.empty() ? Bytes("\xc0\x0c") : dns_name(record.owner);
        reply += dns_number(record.type) + dns_number(1) + Bytes("\0\0\0\0", 4) +
                 dns_number(static_cast<unsigned>(record.data.size())) + record.data;
    }
    return reply;
}

/// A name server on 127.0.0.1, UDP and TCP on one port, that answers as a function says: messages
/// to send one after the other; none is silence.
class DnsServer {
public:
    using Handler = std::function<std::vector<Bytes>(const DnsQuery&)>;

    explicit DnsServer(Handler handler) : handler_(std::move(handler)) {
        for (int attempt = 0; attempt < 50 && !bind_both(); ++attempt) {
        }
        REQUIRE(port_ != 0);
        thread_ = std::jthread([this] { serve(); });
    }
    ~DnsServer() {
        ::eventfd_write(stop_, 1);
        thread_.join();
        for (const int fd : {stop_, udp_, tcp_}) {
            ::close(fd);
        }
    }
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    /// "name TYPE", with " tcp" behind it, in the order they came.
    std::vector<std::string> asked() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

private:
    bool bind_both() {
        if (udp_ >= 0) {
            ::close(udp_);
            ::close(tcp_);
        }
        udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(udp_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
            return false;
        }
        ::getsockname(udp_, reinterpret_cast<sockaddr*>(&address), &size);
        if (::bind(tcp_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            ::listen(tcp_, 20) != 0) {
            return false;
        }
        port_ = ntohs(address.sin_port);
        return true;
    }

    void serve() {
        for (;;) {
            pollfd all[] = {{stop_, POLLIN, 0}, {udp_, POLLIN, 0}, {tcp_, POLLIN, 0}};
            if (::poll(all, 3, -1) < 0) {
                continue;
            }
            if (all[0].revents != 0) {
                return;
            }
            if (all[1].revents != 0) {
                by_udp();
            }
            if (all[2].revents != 0) {
                by_tcp();
            }
        }
    }

    void by_udp() {
        char buffer[4096];
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const ssize_t count =
            ::recvfrom(udp_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &size);
        if (count < 17) {
            return;
        }
        for (const Bytes& reply : answers({buffer, static_cast<std::size_t>(count)}, false)) {
            (void)::sendto(udp_, reply.data(), reply.size(), 0,
                           reinterpret_cast<const sockaddr*>(&peer), size);
        }
    }

    void by_tcp() {
        const int client = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
        const timeval patience{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        Bytes heard;
        char buffer[4096];
        for (;;) {  // One connection may carry several questions.
            const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
            if (count <= 0) {
                break;
            }
            heard.append(buffer, static_cast<std::size_t>(count));
            while (heard.size() >= 2) {
                const std::size_t size = static_cast<unsigned char>(heard[0]) * 256UL +
                                         static_cast<unsigned char>(heard[1]);
                if (heard.size() < 2 + size) {
                    break;
                }
                for (const Bytes& reply : answers(heard.substr(2, size), true)) {
                    const Bytes framed = dns_number(static_cast<unsigned>(reply.size())) + reply;
                    (void)::send(client, framed.data(), framed.size(), MSG_NOSIGNAL);
                }
                heard.erase(0, 2 + size);
            }
        }
        ::close(client);
    }

    std::vector<Bytes> answers(const Bytes& message, bool tcp) {
        DnsQuery query{.message = message, .tcp = tcp};
        std::size_t at = 12;
        while (at < message.size() && message[at] != '\0') {
            const std::size_t length = static_cast<unsigned char>(message[at]);
            query.name += (query.name.empty() ? "" : ".") +
                          to_lower(std::string_view(message).substr(at + 1, length));
            at += length + 1;
        }
        query.type = static_cast<unsigned char>(message.at(at + 2));
        const std::scoped_lock lock(mutex_);
        const std::string type = query.type == kA      ? "A"
                                 : query.type == kAaaa ? "AAAA"
                                 : query.type == kTxt  ? "TXT"
                                                       : std::to_string(query.type);
        asked_.push_back(query.name + " " + type + (tcp ? " tcp" : ""));
        return handler_(query);
    }

    Handler handler_;
    int stop_ = ::eventfd(0, EFD_CLOEXEC), udp_ = -1, tcp_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<std::string> asked_;
    std::jthread thread_;
};

}  // namespace step::test
