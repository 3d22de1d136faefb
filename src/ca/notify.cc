#include "ca/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <fmt/core.h>

#include "base/files.h"

namespace step::ca {

Notifier::Notifier(const Environment& environment)
    : socket_(environment.get("NOTIFY_SOCKET").value_or("")) {}

Status Notifier::ready() const {
    return send("READY=1\n");
}

Status Notifier::reloading(const Clock& clock) const {
    const auto now = std::chrono::floor<std::chrono::microseconds>(clock.monotonic());
    return send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", now.count()));
}

Status Notifier::stopping() const {
    return send("STOPPING=1\n");
}

Status Notifier::send(const std::string& text) const {
    if (socket_.empty()) {
        return ok();
    }
    const auto failed = [this](const std::string& reason) {
        return Error{Code::kUnavailable, "error notifying " + socket_ + ": " + reason};
    };
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if ((socket_.front() != '/' && socket_.front() != '@') ||
        socket_.size() >= sizeof(address.sun_path)) {
        return failed("not the name of a socket");
    }
    std::ranges::copy(socket_, address.sun_path);
    if (socket_.front() == '@') {
        address.sun_path[0] = '\0';
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return failed(errno_text(errno));
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const ssize_t sent = ::sendto(descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
                                  reinterpret_cast<const sockaddr*>(&address), size);
    const int problem = errno;
    (void)::close(descriptor);
    return sent == static_cast<ssize_t>(text.size()) ? ok() : Status(failed(errno_text(problem)));
}

}  // namespace step::ca
