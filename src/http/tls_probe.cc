#include "http/tls_probe.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/ip.h"
#include "http/socket_impl.h"
#include "http/tls_impl.h"

namespace step::http {

Result<std::vector<Bytes>> fetch_peer_chain(const Probe& probe, const TlsContext& tls) {
    const auto target = split_host_port(probe.address);
    if (!target) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "address " + probe.address + ": missing port in address"};
    }
    const std::string& name = probe.server_name.empty() ? target->host : probe.server_name;
    Socket socket;
    STEP_TRY(socket.arm(probe.timeout));
    STEP_TRY(socket.connect(target->host, target->port, /*source=*/""));
    const SslPtr ssl(SSL_new(tls.get()), SSL_free);
    if (!ssl || !attach_socket(ssl.get(), socket.fd())) {
        ERR_clear_error();
        return Error{.code = Code::kUnavailable, .detail = "cannot set up TLS"};
    }
    STEP_TRY(expect_host(ssl.get(), name));
    SSL_set_connect_state(ssl.get());
    for (;;) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl.get());
        if (result == 1) {
            return sent_chain(ssl.get());
        }
        const int reason = SSL_get_error(ssl.get(), result);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
            Error error = handshake_error(ssl.get(), name);
            if (error.detail == kNoTls) {  // Who asks here did not mean HTTP.
                error.detail = "tls: first record does not look like a TLS handshake";
            }
            return error;
        }
        STEP_TRY(socket.wait(/*to_read=*/reason == SSL_ERROR_WANT_READ));
    }
}

}  // namespace step::http
