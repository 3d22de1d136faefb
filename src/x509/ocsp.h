#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "x509/certificate.h"

namespace step::x509 {

/// Which certificate is meant (RFC 6960 4.1.1).
struct CertId {
    asn1::Oid hash{};
    Bytes issuer_name_hash{}, issuer_key_hash{};
    Bytes serial{};  ///< INTEGER contents.
    bool operator==(const CertId&) const = default;
};
/// With SHA-1, which every responder understands; it names something and protects nothing.
CertId make_cert_id(const Certificate& certificate, const Certificate& issuer);

/// An unsigned request for one certificate, without a nonce.
Bytes encode_ocsp_request(const CertId& id);

enum class OcspStatus : unsigned char { kGood, kRevoked, kUnknown };

/// What a responder says of one certificate (RFC 6960 4.2.1).
struct OcspSingle {
    CertId id{};
    OcspStatus status = OcspStatus::kUnknown;
    SysSeconds this_update{};
    std::optional<SysSeconds> next_update{};
    std::optional<SysSeconds> revoked_at{};
    std::optional<std::int64_t> reason{};  ///< CRLReason.
};

/// A basic OCSP response, decoded. Value type; owns its bytes.
struct OcspResponse {
    Bytes tbs{};                                   ///< ResponseData, whole element.
    Bytes responder_name{}, responder_key_hash{};  ///< One of them is empty.
    SysSeconds produced_at{};
    std::vector<OcspSingle> singles{};
    /// A critical extension, of the response or of one of its parts: we evaluate none.
    bool unhandled_critical = false;
    Algorithm algorithm{};
    Bytes signature{};
    std::vector<Certificate> certificates{};
};

/// Reads an OCSPResponse (RFC 6960 4.2.1), strictly. Fails with kInvalidArgument if it is none or
/// holds more than 1,000 answers or 10 certificates, with kUnavailable if the responder says that
/// it could not answer. Checks neither signature nor time.
Result<OcspResponse> parse_ocsp_response(ByteView der);

/// What `response` says of `certificate`, which `issuer` issued. Holds only if the issuer signed
/// the response, or one whom it certified for that with the extended key usage OCSPSigning
/// (RFC 6960 4.2.2.2), if it speaks of this very certificate, and if it is in force at `now`;
/// without nextUpdate it holds for a day. Clocks may differ by five minutes. SHA-1 signatures do
/// not count. Whether the responder's own certificate was revoked is not asked. Fails with
/// kUnauthenticated.
Result<OcspSingle> check_ocsp(const OcspResponse& response, const Certificate& certificate,
                              const Certificate& issuer, SysSeconds now);

}  // namespace step::x509
