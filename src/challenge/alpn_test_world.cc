#include "challenge/alpn_test_world.h"

#include <signal.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/digest.h"
#include "tests/support/tcp_server.h"

namespace step::challenge {
namespace {

int choose(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
           const unsigned char* offered, unsigned offered_size, void* wanted) {
    const auto& protocol = *static_cast<const std::string*>(wanted);
    if (protocol.empty()) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    const std::string list = static_cast<char>(protocol.size()) + protocol;
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(
            &chosen, out_size, reinterpret_cast<const unsigned char*>(list.data()),
            static_cast<unsigned>(list.size()), offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = reinterpret_cast<const unsigned char*>(protocol.data());  // `list` ends here.
    return SSL_TLSEXT_ERR_OK;
}

void serve(const test::TcpPeer& peer, AlpnServer& server, const AlpnIdentity& identity) {
    // OpenSSL writes to what the validator has closed; this thread dies of no signal.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()),
                                                               SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), server.min_version);
    SSL_CTX_set_max_proto_version(context.get(), server.max_version);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_alpn_select_cb(context.get(), choose, &server.protocol);
    SSL_CTX_use_certificate_ASN1(context.get(), static_cast<int>(identity.der.size()),
                                 reinterpret_cast<const unsigned char*>(identity.der.data()));
    SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
    const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer.fd());
    if (SSL_accept(ssl.get()) == 1) {
        const char* const name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
        server.heard_name = name != nullptr ? name : "";
    }
    ERR_clear_error();
}

}  // namespace

AlpnIdentity make_alpn_identity(const AlpnCertificate& options) {
    AlpnIdentity made;
    made.key = {EVP_EC_gen("P-256"), EVP_PKEY_free};
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    X509* const raw = certificate.get();
    X509_set_version(raw, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), 7);
    X509_gmtime_adj(X509_getm_notBefore(raw), -7200);
    X509_gmtime_adj(X509_getm_notAfter(raw), -3600);  // Its time does not matter.
    X509_set_pubkey(raw, made.key.get());
    if (!options.names.empty()) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, raw, raw, nullptr, nullptr, 0);
        X509_EXTENSION* const names =
            X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, options.names.c_str());
        REQUIRE(names != nullptr);
        X509_add_ext(raw, names, -1);
        X509_EXTENSION_free(names);
    }
    if (options.with_proof) {
        const Bytes value =
            options.value.empty() ? "\x04\x20" + crypto::sha256(kKeyAuthorization) : options.value;
        const std::unique_ptr<ASN1_OCTET_STRING, void (*)(ASN1_OCTET_STRING*)> octets(
            ASN1_OCTET_STRING_new(), ASN1_OCTET_STRING_free);
        ASN1_OCTET_STRING_set(octets.get(), reinterpret_cast<const unsigned char*>(value.data()),
                              static_cast<int>(value.size()));
        const std::unique_ptr<ASN1_OBJECT, void (*)(ASN1_OBJECT*)> id(
            OBJ_txt2obj(options.id.c_str(), 1), ASN1_OBJECT_free);
        X509_EXTENSION* const proof =
            X509_EXTENSION_create_by_OBJ(nullptr, id.get(), options.critical ? 1 : 0, octets.get());
        X509_add_ext(raw, proof, -1);
        X509_EXTENSION_free(proof);
    }
    REQUIRE(X509_sign(raw, made.key.get(), EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509(raw, &der);
    made.der.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return made;
}

std::string against(AlpnServer& server, const std::string& value, const std::string& type) {
    const AlpnIdentity identity = make_alpn_identity(server.certificate);
    std::string outcome;
    {
        const test::TcpServer listener(
            [&](const test::TcpPeer& peer) { serve(peer, server, identity); },
            /*v6=*/value.find(':') != std::string::npos);
        TestWorld world;
        world.settings.tls_port = listener.port;
        world.resolver.hosts["a.test"] = {{"127.0.0.1"}};
        outcome = world.run(Kind::kTlsAlpn01, value, type);
    }
    return outcome;
}

}  // namespace step::challenge
