#include "http/tls_probe.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/ip.h"
#include "http/socket_impl.h"
#include "http/tls_impl.h"

namespace step::http {

namespace {

/// RFC 7301 3.1: each name behind its length.
bool offer_protocol(SSL* ssl, const std::string& name) {
    if (name.empty()) {
        return true;  // What the context offers.
    }
    const Bytes list = static_cast<char>(name.size()) + name;
    return name.size() < 256 &&
           SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(list.data()),
                               static_cast<unsigned>(list.size())) == 0;  // Zero is success.
}

std::string chosen_protocol(const SSL* ssl) {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return name == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(name), size);
}

}  // namespace

Result<std::vector<Bytes>> fetch_peer_chain(const Probe& probe, const TlsContext& tls) {
    STEP_ASSIGN(Handshake handshake, shake_hands(probe, tls));
    return std::move(handshake.chain);
}

Result<Handshake> shake_hands(const Probe& probe, const TlsContext& tls) {
    const auto target = split_host_port(probe.address);
    if (!target) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "address " + probe.address + ": missing port in address"};
    }
    const std::string& name = probe.server_name.empty() ? target->host : probe.server_name;
    Socket socket;
    STEP_TRY(socket.arm(probe.timeout, probe.stop_fd));
    STEP_TRY(socket.connect(target->host, target->port, /*source=*/""));
    const SslPtr ssl(SSL_new(tls.get()), SSL_free);
    if (!ssl || !attach_socket(ssl.get(), socket.fd()) ||
        !offer_protocol(ssl.get(), probe.protocol)) {
        ERR_clear_error();
        return Error{.code = Code::kUnavailable, .detail = "cannot set up TLS"};
    }
    STEP_TRY(expect_host(ssl.get(), name));
    SSL_set_connect_state(ssl.get());
    for (;;) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl.get());
        if (result == 1) {
            return Handshake{chosen_protocol(ssl.get()), sent_chain(ssl.get())};
        }
        const int reason = SSL_get_error(ssl.get(), result);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
            const bool no_protocol = ERR_GET_REASON(ERR_peek_last_error()) ==
                                     SSL_AD_REASON_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL;
            Error error = handshake_error(ssl.get(), name);
            error.reason = no_protocol ? kNoProtocol : error.reason;
            if (error.detail == kNoTls) {  // Who asks here did not mean HTTP.
                error.detail = "tls: first record does not look like a TLS handshake";
            }
            return error;
        }
        STEP_TRY(socket.wait(/*to_read=*/reason == SSL_ERROR_WANT_READ));
    }
}

}  // namespace step::http
