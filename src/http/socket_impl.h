#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

struct addrinfo;  // NOLINT(readability-identifier-naming): the system's name.

namespace step::http {

/// One outgoing TCP connection with one deadline for all that is done on it.
class Socket {
public:
    Socket() = default;
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// Starts the time that everything until the next arm() may take together. It ends early once
    /// `stop_fd` can be read; -1: never.
    Status arm(std::chrono::milliseconds time, int stop_fd = -1);
    /// Looks `host` up and tries each of its addresses, from `source` if that is an address of
    /// ours. Fails with Go's words: "dial tcp ADDRESS: connect: connection refused".
    Status connect(const std::string& host, const std::string& port, const std::string& source);
    /// Waits until the socket can be read or written; fails with "context deadline exceeded" or
    /// "context canceled".
    Status wait(bool to_read) const;
    /// True if the other side has closed or sent something nobody asked for.
    bool stale() const;
    void close();

    int fd() const { return fd_; }
    /// "ADDRESS:PORT->ADDRESS:PORT", for errors.
    const std::string& name() const { return name_; }

private:
    Status connect_to(const addrinfo& address, const std::string& source);
    Status wait_for(int fd, short events) const;

    int fd_ = -1;
    int timer_ = -1;
    int stop_fd_ = -1;
    std::string name_{};
};

}  // namespace step::http
