#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/files.h"
#include "http/client.h"
#include "http/lookup_impl.h"

namespace step::http {
namespace {

/// Shared by who asks and who waits, whichever goes last.
class Lookup {
public:
    Lookup(std::string host, std::string port) : host_(std::move(host)), port_(std::move(port)) {}
    ~Lookup() {
        if (done_fd_ >= 0) {
            ::close(done_fd_);
        }
    }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    int done_fd() const { return done_fd_; }
    void run() {
        Addresses found;
        const int code = ask(host_, port_, 0, found);
        {
            const std::scoped_lock lock(mutex_);
            code_ = code;
            found_ = std::move(found);
        }
        ::eventfd_write(done_fd_, 1);
    }
    int take(Addresses& found) {
        const std::scoped_lock lock(mutex_);
        found = std::move(found_);
        return code_;
    }

    static int ask(const std::string& host, const std::string& port, int flags, Addresses& found) {
        addrinfo hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        // Not AI_ADDRCONFIG: it would hide ::1 on a machine that has only that.
        hints.ai_flags = AI_NUMERICSERV | flags;
        addrinfo* list = nullptr;
        const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
        found.reset(code == 0 ? list : nullptr);
        return code;
    }

private:
    const std::string host_, port_;
    const int done_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    std::mutex mutex_{};
    int code_ = EAI_AGAIN;
    Addresses found_{};
};

Error no_connection(const std::string& why) {
    return {
        .code = Code::kUnavailable, .detail = "dial tcp: lookup " + why, .reason = kNoConnection};
}

}  // namespace

void FreeAddresses::operator()(addrinfo* list) const noexcept {
    ::freeaddrinfo(list);
}

Result<Addresses> look_up(const std::string& host, const std::string& port,
                          const std::function<Status(int fd)>& wait) {
    Addresses found;
    if (Lookup::ask(host, port, AI_NUMERICHOST, found) == 0) {
        return found;
    }
    const auto lookup = std::make_shared<Lookup>(host, port);
    if (lookup->done_fd() < 0) {
        return no_connection(host + ": " + errno_text(errno));
    }
    try {
        std::thread([lookup] { lookup->run(); }).detach();
    } catch (const std::system_error&) {
        lookup->run();  // The system gives no thread: then it takes as long as it takes.
    }
    STEP_TRY(wait(lookup->done_fd()));
    const int code = lookup->take(found);
    if (code != 0) {
        const bool unknown = code == EAI_NONAME || code == EAI_NODATA;
        return no_connection(host + ": " + (unknown ? "no such host" : ::gai_strerror(code)));
    }
    return found;
}

}  // namespace step::http
