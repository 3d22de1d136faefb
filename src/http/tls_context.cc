#include <array>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "http/tls_impl.h"

namespace step::http {
namespace {

using ContextPtr = std::shared_ptr<ssl_ctx_st>;
using X509Ptr = std::unique_ptr<X509, void (*)(X509*)>;

Error failed(std::string_view what) {
    std::string cause;
    while (const unsigned long packed = ERR_get_error()) {
        std::array<char, 256> text{};
        ERR_error_string_n(packed, text.data(), text.size());
        cause.append(cause.empty() ? "" : "; ").append(text.data());
    }
    return {.code = Code::kInvalidArgument, .detail = std::string(what), .cause = cause};
}

X509Ptr decode(ByteView der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = at + der.size();
    X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
    return at == end ? std::move(certificate) : X509Ptr(nullptr, X509_free);
}

Result<ContextPtr> new_context(OSSL_LIB_CTX* library, const SSL_METHOD* method) {
    ContextPtr context(SSL_CTX_new_ex(library, nullptr, method), SSL_CTX_free);
    if (!context) {
        return failed("cannot set up TLS");
    }
    SSL_CTX* const raw = context.get();
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(raw, 1);
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    if (SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384:P-521") != 1) {
        return failed("cannot set up TLS");
    }
    return context;
}

Status use_chain(SSL_CTX* context, const std::vector<Bytes>& chain, evp_pkey_st* key) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const X509Ptr certificate = decode(chain[i]);
        if (!certificate) {
            return failed("cannot read a certificate of the TLS chain");
        }
        const auto done = i == 0 ? SSL_CTX_use_certificate(context, certificate.get())
                                 : SSL_CTX_add1_chain_cert(context, certificate.get());
        if (done != 1) {
            return failed("cannot use a certificate of the TLS chain");
        }
    }
    if (key == nullptr || SSL_CTX_use_PrivateKey(context, key) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return failed("the TLS certificate and its key do not fit");
    }
    return ok();
}

/// Each of `anchors` ends a chain, whether or not it signed itself.
Status trust(SSL_CTX* context, const std::vector<Bytes>& anchors, bool announce) {
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    for (const Bytes& der : anchors) {
        const X509Ptr certificate = decode(der);
        if (!certificate || X509_STORE_add_cert(store, certificate.get()) != 1 ||
            (announce && SSL_CTX_add_client_CA(context, certificate.get()) != 1)) {
            return failed("cannot read a certificate to trust");
        }
    }
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return ok();
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void*) {
    static constexpr std::string_view kHttp = "http/1.1";
    for (unsigned at = 0; at < offered_length; at += 1U + offered[at]) {
        const unsigned length = offered[at];
        if (at + length < offered_length &&
            std::string_view(reinterpret_cast<const char*>(offered + at + 1), length) == kHttp) {
            *out = offered + at + 1;
            *out_length = static_cast<unsigned char>(length);
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 3.2: nothing in common.
}

int number(TlsVersion version) {
    return version == TlsVersion::k12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

std::vector<Bytes> to_der(const STACK_OF(X509) * chain) {
    std::vector<Bytes> out;
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        unsigned char* der = nullptr;
        const int size = i2d_X509(sk_X509_value(chain, i), &der);
        if (size > 0) {
            out.emplace_back(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
        }
        OPENSSL_free(der);
    }
    return out;
}

}  // namespace

Result<TlsContextPtr> make_server_tls_with(const ServerTls& options, evp_pkey_st* key) {
    STEP_ASSIGN(const ContextPtr context, new_context(server_library(), TLS_server_method()));
    SSL_CTX* const raw = context.get();
    if (options.chain.empty()) {
        return failed("a TLS server needs a certificate");
    }
    STEP_TRY(use_chain(raw, options.chain, key));
    if (options.min > options.max) {
        return failed("tls minVersion is above maxVersion");
    }
    SSL_CTX_set_min_proto_version(raw, number(options.min));
    SSL_CTX_set_max_proto_version(raw, number(options.max));
    // As Go orders them. SHA-256, for which processors have instructions, instead of SHA-384 saves
    // a tenth of a handshake.
    SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    if (SSL_CTX_set_ciphersuites(raw,
                                 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                 "TLS_CHACHA20_POLY1305_SHA256") != 1) {
        return failed("cannot set up TLS");
    }
    SSL_CTX_set_num_tickets(raw, 0);
    SSL_CTX_set_alpn_select_cb(raw, select_protocol, nullptr);
    static constexpr unsigned char kSessionContext[] = "step";
    SSL_CTX_set_session_id_context(raw, kSessionContext, sizeof kSessionContext - 1);
    if (!options.cipher_list.empty() &&
        SSL_CTX_set_cipher_list(raw, options.cipher_list.c_str()) != 1) {
        return failed("none of the TLS cipher suites is available");
    }
    if (!options.client_authorities.empty()) {
        STEP_TRY(trust(raw, options.client_authorities, /*announce=*/true));
        // The purpose of a server's peer is clientAuth. No callback: failure ends the handshake.
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    }
    return std::make_shared<const TlsContext>(context);
}

Result<TlsContextPtr> make_client_tls_with(const ClientTls& options, evp_pkey_st* key) {
    STEP_ASSIGN(const ContextPtr context, new_context(nullptr, TLS_client_method()));
    SSL_CTX* const raw = context.get();
    static constexpr unsigned char kProtocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(raw, kProtocols, sizeof kProtocols - 1);
    if (options.insecure_skip_verify) {
        SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
    } else {
        STEP_TRY(trust(raw, options.roots, /*announce=*/false));
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    }
    if (!options.chain.empty()) {
        STEP_TRY(use_chain(raw, options.chain, key));
    }
    return std::make_shared<const TlsContext>(context);
}

std::vector<Bytes> verified_chain(const ssl_st* ssl) {
    if (SSL_get_verify_result(ssl) != X509_V_OK || SSL_get0_peer_certificate(ssl) == nullptr) {
        return {};
    }
    const STACK_OF(X509)* const chain = SSL_get0_verified_chain(ssl);
    return chain != nullptr ? to_der(chain) : std::vector<Bytes>();
}

std::vector<Bytes> sent_chain(const ssl_st* ssl) {
    const STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(ssl);
    return chain != nullptr ? to_der(chain) : std::vector<Bytes>();
}

}  // namespace step::http
