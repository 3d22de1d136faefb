#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

struct addrinfo;  // NOLINT(readability-identifier-naming): the system's name.

namespace step::http {

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept;
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// What the system's resolver knows of a host. That takes as long as the resolver likes and cannot
/// be stopped, so a thread of its own asks and `wait` is called with a descriptor that can be read
/// once there is an answer. If `wait` fails its error is returned and the thread is left behind,
/// until the resolver gives up; at the end of the program that does not matter. An address in place
/// of a name needs no thread. Fails with kNoConnection and Go's words: "dial tcp: lookup a.test: no
/// such host".
Result<Addresses> look_up(const std::string& host, const std::string& port,
                          const std::function<Status(int fd)>& wait);

}  // namespace step::http
