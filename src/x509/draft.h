#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "crypto/key.h"
#include "x509/certificate.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::x509 {

/// A certificate before it is signed. Extensions come out in Go's order: key usage (critical),
/// extended key usage, basic constraints (critical), subject key id, authority key id, authority
/// information access, alternative names (critical if the subject is empty), policies, name
/// constraints, CRL distribution points, then `extra`.
/// An extension in `extra` replaces the generated one with the same id.
struct Draft {
    Bytes subject_der{};  ///< From encode_name(), or copied.
    SysSeconds not_before{}, not_after{};
    Bytes spki{};
    std::uint32_t key_usage = 0;  ///< 0: no extension.
    std::vector<asn1::Oid> extended_key_usage{};
    std::optional<BasicConstraints> basic_constraints{};
    Bytes subject_key_id{};    ///< Empty: no extension.
    Bytes authority_key_id{};  ///< Empty: no extension.
    std::vector<std::string> ocsp_servers{}, issuer_urls{};
    AltNames names{};
    std::vector<asn1::Oid> policies{};
    std::optional<NameConstraints> name_constraints{};
    std::vector<std::string> crl_urls{};
    std::vector<Extension> extra{};
};

/// SHA-1 of the key's bits (RFC 5280 4.2.1.2, method 1).
Bytes key_id(const crypto::PublicKey& key);

/// Basic constraints, extended key usage and key usage, in this order, as a request asks for them.
std::vector<Extension> usage_extensions(const Draft& draft);

/// TBSCertificate. `serial` is a positive number, big-endian.
Bytes encode_tbs(const Draft& draft, ByteView serial, ByteView issuer_der,
                 crypto::SignatureScheme scheme);
/// Certificate from its parts.
Bytes assemble(ByteView tbs, crypto::SignatureScheme scheme, ByteView signature);
/// The DER AlgorithmIdentifier of a scheme.
Bytes encode_algorithm(crypto::SignatureScheme scheme);

/// encode_tbs, sign, assemble.
Result<Bytes> sign_draft(const Draft& draft, ByteView serial, ByteView issuer_der,
                         const crypto::PrivateKey& issuer_key, crypto::SignatureScheme scheme);

/// Ready encodings of what almost every leaf carries, for extra speed and for renewals.
Bytes encode_authority_key_id(ByteView key_id);
Bytes encode_subject_key_id(ByteView key_id);

}  // namespace step::x509
