#include "app/own_tls.h"

#include "crypto/keygen.h"

namespace step::app {

Result<OwnCertificate> make_own_certificate(const setup::Config& config,
                                            const issuance::Issuer& issuer) {
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    STEP_ASSIGN(Bytes leaf,
                issuer.issue_own(key.public_key(), config.common_name, config.dns_names));
    STEP_ASSIGN(const x509::Certificate parsed, x509::parse_certificate(leaf));
    OwnCertificate own{
        .key = std::move(key), .not_before = parsed.not_before, .not_after = parsed.not_after};
    own.chain.push_back(std::move(leaf));
    for (const x509::Certificate& above : issuer.authority().chain) {
        own.chain.push_back(above.der);
    }
    return own;
}

Result<App::OwnTls> make_own_tls(const setup::Config& config, const issuance::Issuer& issuer) {
    STEP_ASSIGN(OwnCertificate own, make_own_certificate(config, issuer));
    http::ServerTls tls;
    tls.chain = std::move(own.chain);
    for (const x509::Certificate& above : issuer.authority().chain) {
        tls.client_authorities.push_back(above.der);
    }
    for (const x509::Certificate& root : issuer.authority().roots) {
        tls.client_authorities.push_back(root.der);
    }
    tls.key = &own.key;
    tls.min = config.tls.min_version < 1.3 ? http::TlsVersion::k12 : http::TlsVersion::k13;
    tls.max = config.tls.max_version < 1.3 ? http::TlsVersion::k12 : http::TlsVersion::k13;
    tls.cipher_list = config.tls.cipher_list;
    STEP_ASSIGN(http::TlsContextPtr context, http::make_server_tls(tls));
    return App::OwnTls{.context = std::move(context),
                       .not_before = own.not_before,
                       .not_after = own.not_after,
                       .chain = std::move(tls.chain)};
}

}  // namespace step::app
