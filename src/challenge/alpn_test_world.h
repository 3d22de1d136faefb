#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "challenge/validator_test_world.h"

struct evp_pkey_st;

namespace step::challenge {

/// A self-signed certificate for tls-alpn-01, made by OpenSSL; right unless told otherwise.
struct AlpnCertificate {
    std::string names = "DNS:a.test";  ///< As in openssl.cnf; empty: no extension.
    std::string id = "1.3.6.1.5.5.7.1.31";
    bool critical = true;
    bool with_proof = true;
    /// Contents of the extension; empty: the digest as an OCTET STRING.
    Bytes value{};
};

struct AlpnIdentity {
    Bytes der{};
    std::shared_ptr<evp_pkey_st> key{};
};
AlpnIdentity make_alpn_identity(const AlpnCertificate& options);

struct AlpnServer {
    AlpnCertificate certificate{};
    /// What it chooses if it is offered; empty: it chooses nothing and goes on.
    std::string protocol = "acme-tls/1";
    int max_version = 0;       ///< Of OpenSSL; zero: the latest.
    int min_version = 0;       ///< As before, the earliest.
    std::string heard_name{};  ///< SNI of the last connection.
};

/// Validates `value` against a server that does as `server` says.
std::string against(AlpnServer& server, const std::string& value = "a.test",
                    const std::string& type = "dns");

}  // namespace step::challenge
