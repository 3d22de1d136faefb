// How a connection moves bytes and waits for them.
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/connection_impl.h"

namespace step::http {

namespace asio = boost::asio;
using boost::system::error_code;

long Connection::receive(char* into, std::size_t size, Step& step, Next next) {
    if (ssl_) {
        ERR_clear_error();
        const int count = SSL_read(ssl_.get(), into, static_cast<int>(size));
        step = count > 0 ? Step::kDone : tls_wait(count, next);
        return count;
    }
    const long count = ::recv(socket_.native_handle(), into, size, 0);
    step = count > 0    ? Step::kDone
           : count == 0 ? Step::kFailed
                        : plain_wait(/*to_read=*/true, next);
    return count;
}

long Connection::transmit(const char* from, std::size_t size, Step& step, Next next) {
    if (ssl_) {
        ERR_clear_error();
        const int count =
            SSL_write(ssl_.get(), from, static_cast<int>(std::min<std::size_t>(size, 1U << 20U)));
        step = count > 0 ? Step::kDone : tls_wait(count, next);
        return count;
    }
    const long count = ::send(socket_.native_handle(), from, size, MSG_NOSIGNAL);
    step = count > 0 ? Step::kDone : plain_wait(/*to_read=*/false, next);
    return count;
}

/// Looks at what an OpenSSL call returned; if it must wait for the socket, calls `next` later.
Connection::Step Connection::tls_wait(int result, Next next) {
    const int reason = SSL_get_error(ssl_.get(), result);
    ERR_clear_error();
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
        return Step::kFailed;
    }
    wait(reason == SSL_ERROR_WANT_READ, next);
    return Step::kWaiting;
}

Connection::Step Connection::plain_wait(bool to_read, Next next) {
    if (errno != EAGAIN && errno != EINTR) {
        return Step::kFailed;
    }
    wait(to_read, next);
    return Step::kWaiting;
}

void Connection::wait(bool to_read, Next next) {
    if (next == nullptr) {
        return;
    }
    if (to_read) {
        next_ = next;
        arm();
        return;
    }
    socket_.async_wait(asio::ip::tcp::socket::wait_write,
                       [self = shared_from_this(), next](error_code problem) {
                           if (!problem && self->socket_.is_open()) {
                               (self.get()->*next)();
                           }
                       });
}

/// One wait for bytes at a time: whoever asks for another only changes what follows it.
void Connection::arm() {
    if (std::exchange(armed_, true)) {
        return;
    }
    socket_.async_wait(asio::ip::tcp::socket::wait_read,
                       [self = shared_from_this()](error_code problem) mutable {
                           self->on_readable(std::move(self), !problem);
                       });
}

void Connection::on_readable(std::shared_ptr<Connection> self, bool good) {
    armed_ = false;
    held_ = std::move(self);
    if ((turn_.fetch_or(kReadable) & kLent) != 0) {
        return;  // The worker will see it.
    }
    turn_ = 0;
    const std::shared_ptr<Connection> mine = std::move(held_);
    const Next next = std::exchange(next_, nullptr);
    if (good && next != nullptr && socket_.is_open()) {
        (this->*next)();
    }
}

void Connection::close_after(std::chrono::milliseconds time) {
    deadline_ = (hub_.clock.monotonic() + time).count();
}

}  // namespace step::http
