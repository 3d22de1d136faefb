#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/tls.h"

struct evp_pkey_st;
struct ossl_lib_ctx_st;
struct ssl_st;

namespace step::http {

/// make_server_tls and make_client_tls with the key as OpenSSL holds it; `key` in the options is
/// not looked at. Null: no key.
Result<TlsContextPtr> make_server_tls_with(const ServerTls& options, evp_pkey_st* key);
Result<TlsContextPtr> make_client_tls_with(const ClientTls& options, evp_pkey_st* key);

/// What a server's TLS takes from OpenSSL: all of its default provider but the key types and
/// decoders that no certificate of ours can need, because OpenSSL 3.0 looks through every one of
/// them for each certificate that a client shows (half the time of a renewal). Null, which stands
/// for the default library, if it cannot be had.
ossl_lib_ctx_st* server_library();

using SslPtr = std::unique_ptr<ssl_st, void (*)(ssl_st*)>;

/// The client chain that was verified, leaf first; empty without a client certificate.
std::vector<Bytes> verified_chain(const ssl_st* ssl);
/// What the server sent, leaf first.
std::vector<Bytes> sent_chain(const ssl_st* ssl);

/// Lets `ssl` read and write the socket `fd`, which it does not close. A write to a socket that the
/// other side has closed is an error, never a SIGPIPE. False: out of memory.
bool attach_socket(ssl_st* ssl, int fd);

/// Prepares `ssl` to talk to `host`: the certificate must be good for it (a DNS name, or an IP
/// address with or without brackets), and it is asked for by name (RFC 6066 3) if it is one.
Status expect_host(ssl_st* ssl, const std::string& host);
/// What handshake_error() says where the other side does not speak TLS: net/http's words.
inline constexpr std::string_view kNoTls = "http: server gave HTTP response to HTTPS client";
/// Why the handshake with `host` failed, in Go's words. Empties the error queue.
Error handshake_error(ssl_st* ssl, const std::string& host);

}  // namespace step::http
