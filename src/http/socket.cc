#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/files.h"
#include "base/ip.h"
#include "http/client.h"
#include "http/lookup_impl.h"
#include "http/socket_impl.h"

namespace step::http {
namespace {

constexpr unsigned kLastPort = 65'535;

Error failure(std::string detail) {
    return {.code = Code::kUnavailable, .detail = std::move(detail)};
}

Error no_connection(const std::string& detail) {
    return {.code = Code::kUnavailable, .detail = "dial tcp" + detail, .reason = kNoConnection};
}

std::string text_of(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
        return join_host_port(
            format_ip({reinterpret_cast<const char*>(&v4->sin_addr), sizeof v4->sin_addr}),
            std::to_string(ntohs(v4->sin_port)));
    }
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return join_host_port(
        format_ip({reinterpret_cast<const char*>(&v6->sin6_addr), sizeof v6->sin6_addr}),
        std::to_string(ntohs(v6->sin6_port)));
}

/// Binds the local end; false with errno if `source` is no address of ours.
bool bind_to(int fd, int family, const std::string& source) {
    const auto octets = parse_ip(source);
    if (!octets || (octets->size() == 4) != (family == AF_INET)) {
        errno = EADDRNOTAVAIL;
        return false;
    }
    if (family == AF_INET) {
        sockaddr_in local{};
        local.sin_family = AF_INET;
        std::memcpy(&local.sin_addr, octets->data(), octets->size());
        return ::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0;
    }
    sockaddr_in6 local{};
    local.sin6_family = AF_INET6;
    std::memcpy(&local.sin6_addr, octets->data(), octets->size());
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0;
}

}  // namespace

Socket::~Socket() {
    close();
    if (timer_ >= 0) {
        ::close(timer_);
    }
}

void Socket::close() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = -1;
}

Status Socket::arm(std::chrono::milliseconds time, int stop_fd) {
    stop_fd_ = stop_fd;
    if (timer_ < 0) {
        timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    }
    const long count = std::max<long>(time.count(), 1);  // Zero would switch the timer off.
    itimerspec end{};
    end.it_value = {.tv_sec = count / 1000, .tv_nsec = count % 1000 * 1'000'000};
    if (timer_ < 0 || ::timerfd_settime(timer_, 0, &end, nullptr) != 0) {
        return failure("cannot set a timer: " + errno_text(errno));
    }
    return ok();
}

Status Socket::connect(const std::string& host, const std::string& port,
                       const std::string& source) {
    unsigned number = 0;
    const char* const end = port.data() + port.size();
    const auto [stop, problem] = std::from_chars(port.data(), end, number);
    if (problem != std::errc() || stop != end || number > kLastPort) {
        return no_connection(": address " + port + ": invalid port");  // getaddrinfo cuts it off.
    }
    STEP_ASSIGN(const Addresses found,
                look_up(host, port, [this](int done) { return wait_for(done, POLLIN); }));
    Status last = no_connection(": lookup " + host + ": no such host");
    bool first = true;
    for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
        Status done = connect_to(*one, source);
        if (done) {
            return done;
        }
        close();
        // Go reports the first address it tried, unless time ran out.
        if (first || done.error().detail == "context deadline exceeded") {
            last = std::move(done);
        }
        first = false;
    }
    return last;
}

Status Socket::connect_to(const addrinfo& address, const std::string& source) {
    const std::string peer = text_of(address.ai_addr);
    const auto problem = [&](const char* call) {
        return no_connection(" " + peer + ": " + call + ": " + errno_text(errno));
    };
    fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
        return problem("socket");
    }
    if (!source.empty() && !bind_to(fd_, address.ai_family, source)) {
        return problem("bind");
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS) {
            return problem("connect");
        }
        STEP_TRY(wait(/*to_read=*/false));
        socklen_t size = sizeof errno;
        int error = 0;
        ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            errno = error;
            return problem("connect");
        }
    }
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&local), &size);
    name_ = text_of(reinterpret_cast<const sockaddr*>(&local)) + "->" + peer;
    return ok();
}

Status Socket::wait(bool to_read) const {
    return wait_for(fd_, to_read ? POLLIN : POLLOUT);
}

Status Socket::wait_for(int fd, short events) const {
    // poll() skips a descriptor of -1.
    pollfd all[] = {{fd, events, 0}, {timer_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    while (::poll(all, std::size(all), -1) < 0) {
        if (errno != EINTR) {
            return failure("poll: " + errno_text(errno));
        }
    }
    if (all[2].revents != 0) {
        return failure("context canceled");
    }
    if (all[1].revents != 0) {
        return failure("context deadline exceeded");
    }
    return ok();
}

bool Socket::stale() const {
    pollfd one{fd_, POLLIN, 0};
    return fd_ < 0 || ::poll(&one, 1, 0) != 0;
}

}  // namespace step::http
