#include "http/tls_test_world.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http/tls_impl.h"

namespace step::http {
namespace {

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

}  // namespace

Identity make_identity(const CertificateOptions& options, const Identity* issuer) {
    static long serial = 1;
    Identity made;
    made.key = {EVP_EC_gen("P-256"), EVP_PKEY_free};
    const std::shared_ptr<X509> certificate(X509_new(), X509_free);
    X509* const raw = certificate.get();
    X509_set_version(raw, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), serial++);
    X509_gmtime_adj(X509_getm_notBefore(raw), options.begins);
    X509_gmtime_adj(X509_getm_notAfter(raw), options.ends);
    X509_set_pubkey(raw, made.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(options.name.c_str()), -1, -1,
                               0);
    std::shared_ptr<X509> above = certificate;
    if (issuer != nullptr) {
        const auto* at = reinterpret_cast<const unsigned char*>(issuer->der.data());
        above = {d2i_X509(nullptr, &at, static_cast<long>(issuer->der.size())), X509_free};
    }
    X509_set_issuer_name(raw, X509_get_subject_name(above.get()));
    add_extension(raw, above.get(), NID_basic_constraints,
                  options.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(raw, above.get(), NID_key_usage,
                  options.authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    if (!options.alt_names.empty()) {
        add_extension(raw, above.get(), NID_subject_alt_name, options.alt_names);
    }
    if (options.usage != nullptr) {
        add_extension(raw, above.get(), NID_ext_key_usage, options.usage);
    }
    const auto& signer = issuer != nullptr ? issuer->key : made.key;
    REQUIRE(X509_sign(raw, signer.get(), EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509(raw, &der);
    made.der.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return made;
}

TlsContextPtr TlsWorld::server_tls(const Identity& identity) const {
    return *make_server_tls_with(
        {.chain = {identity.der, middle.der}, .client_authorities = {root.der, middle.der}},
        identity.key.get());
}

TlsContextPtr TlsWorld::client_tls(const Identity* identity) const {
    ClientTls options{.roots = {root.der}};
    if (identity != nullptr) {
        options.chain = {identity->der};
    }
    return *make_client_tls_with(options, identity != nullptr ? identity->key.get() : nullptr);
}

std::string handshake(std::uint16_t port, const std::string& protocols, int max_version) {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (max_version != 0) {
        SSL_CTX_set_max_proto_version(context.get(), max_version);
    }
    const std::shared_ptr<SSL> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_cipher_list(ssl.get(), "ALL:@SECLEVEL=0");
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    SSL_set_fd(ssl.get(), fd);
    std::string said;
    if (SSL_connect(ssl.get()) == 1) {
        const unsigned char* chosen = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(ssl.get(), &chosen, &length);
        said.assign(reinterpret_cast<const char*>(chosen), length);
        said += std::string(" ") + SSL_get_version(ssl.get()) + " " +
                OBJ_nid2sn(static_cast<int>(SSL_get_negotiated_group(ssl.get()))) + " " +
                SSL_get_cipher_name(ssl.get()) +
                (SSL_SESSION_has_ticket(SSL_get_session(ssl.get())) != 0 ? " ticket" : "");
    } else {
        said = std::string("failed: ") + ERR_reason_error_string(ERR_peek_error());
        ERR_clear_error();
    }
    ::close(fd);
    return said;
}

}  // namespace step::http
