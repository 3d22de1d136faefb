#include <sys/socket.h>

#include <cerrno>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "http/tls_impl.h"

namespace step::http {
namespace {

int descriptor(BIO* bio) {
    return static_cast<int>(BIO_get_fd(bio, nullptr));
}

int send_some(BIO* bio, const char* from, int size) {
    const ssize_t count =
        ::send(descriptor(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    BIO_clear_retry_flags(bio);
    if (count < 0 && BIO_sock_should_retry(static_cast<int>(count)) != 0) {
        BIO_set_retry_write(bio);
    }
    return static_cast<int>(count);
}

/// OpenSSL's socket BIO with one change: it writes with write(2), which kills the process by
/// SIGPIPE if the other side has closed.
const BIO_METHOD* method() {
    using Method = std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)>;
    static const Method made = [] {
        const BIO_METHOD* plain = BIO_s_socket();
        Method mine(BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE"), BIO_meth_free);
        if (mine) {
            BIO_meth_set_write(mine.get(), send_some);
            BIO_meth_set_read(mine.get(), BIO_meth_get_read(plain));
            BIO_meth_set_puts(mine.get(), BIO_meth_get_puts(plain));
            BIO_meth_set_ctrl(mine.get(), BIO_meth_get_ctrl(plain));
            BIO_meth_set_create(mine.get(), BIO_meth_get_create(plain));
            BIO_meth_set_destroy(mine.get(), BIO_meth_get_destroy(plain));
        }
        return mine;
    }();
    return made.get();
}

}  // namespace

bool attach_socket(ssl_st* ssl, int fd) {
    BIO* bio = method() != nullptr ? BIO_new(method()) : nullptr;
    if (bio == nullptr) {
        return false;
    }
    BIO_set_fd(bio, fd, BIO_NOCLOSE);
    SSL_set_bio(ssl, bio, bio);
    return true;
}

}  // namespace step::http
