#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "http/tls.h"

struct evp_pkey_st;

namespace step::http {

/// A certificate and its P-256 key, made by OpenSSL: what the tests of this module trust.
struct Identity {
    Bytes der{};
    std::shared_ptr<evp_pkey_st> key{};
};

struct CertificateOptions {
    std::string name = "test";
    std::string alt_names{};  ///< As in openssl.cnf: "DNS:localhost,IP:127.0.0.1".
    bool authority = false;
    const char* usage = nullptr;       ///< extendedKeyUsage, "serverAuth".
    long begins = -3600, ends = 3600;  ///< Seconds from now.
};
Identity make_identity(const CertificateOptions& options, const Identity* issuer = nullptr);

/// A root, an intermediate, a server for localhost, 127.0.0.1 and ::1, a client.
struct TlsWorld {
    Identity root = make_identity({.name = "root", .authority = true});
    Identity middle = make_identity({.name = "intermediate", .authority = true}, &root);
    Identity server = make_identity(
        {.name = "server", .alt_names = "DNS:localhost,IP:127.0.0.1,IP:::1", .usage = "serverAuth"},
        &middle);
    Identity client = make_identity({.name = "client", .usage = "clientAuth"}, &middle);

    TlsContextPtr server_tls() const { return server_tls(server); }
    TlsContextPtr server_tls(const Identity& identity) const;
    /// Trusts the root; shows `identity` if there is one, without its issuers.
    TlsContextPtr client_tls(const Identity* identity = nullptr) const;
};

/// The protocols as a client would offer them, "\x02h2": what the server chose, or
/// "failed: ..." with the alert; then the version, the group and the cipher suite, as OpenSSL
/// names them.
std::string handshake(std::uint16_t port, const std::string& protocols, int max_version = 0);

}  // namespace step::http
