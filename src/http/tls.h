#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key.h"

struct ssl_ctx_st;  // OpenSSL's own opaque name.

namespace step::http {

/// An SSL_CTX, shared by all connections that began with it. Immutable.
class TlsContext {
public:
    explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
    ssl_ctx_st* get() const { return context_.get(); }

private:
    std::shared_ptr<ssl_ctx_st> context_;
};
using TlsContextPtr = std::shared_ptr<const TlsContext>;

enum class TlsVersion : unsigned char { k12, k13 };

struct ServerTls {
    std::vector<Bytes> chain{};  ///< DER, leaf first.
    const crypto::PrivateKey* key = nullptr;
    /// DER of who may vouch for clients; each counts as a trust anchor, intermediates too. A
    /// client certificate is asked for, verified (time, chain, clientAuth) if given, and its
    /// failure ends the handshake. Empty: none is asked for.
    std::vector<Bytes> client_authorities{};
    TlsVersion min = TlsVersion::k12, max = TlsVersion::k13;
    std::string
        cipher_list{};  ///< OpenSSL names for TLS 1.2, colon separated; empty: OpenSSL's own.
};
/// No session tickets, X25519 first, ALPN http/1.1. Fails with kInvalidArgument if chain and
/// key do not fit or no cipher is left.
Result<TlsContextPtr> make_server_tls(const ServerTls& options);

struct ClientTls {
    std::vector<Bytes> roots{};  ///< DER trust anchors. Empty with `insecure` only.
    bool insecure_skip_verify = false;
    std::vector<Bytes> chain{};  ///< Client certificate, leaf first; may be empty.
    const crypto::PrivateKey* key = nullptr;
};
Result<TlsContextPtr> make_client_tls(const ClientTls& options);

/// The Go name of a TLS 1.2 suite to OpenSSL's ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" to
/// "ECDHE-ECDSA-AES128-GCM-SHA256"); "" if OpenSSL lacks it or Go has no such name. The names
/// of TLS 1.3 suites give themselves.
std::string openssl_cipher(std::string_view go_name);
/// True for every suite name that Go knows, whether or not OpenSSL has it.
bool is_go_cipher(std::string_view go_name);

}  // namespace step::http
