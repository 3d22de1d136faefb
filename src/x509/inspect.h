#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "json/value.h"
#include "x509/certificate.h"
#include "x509/crl.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::x509 {

/// A certification request (RFC 2986) as somebody sent it, for showing and fingerprints only:
/// neither its signature nor its key is checked. Who wants to sign one needs parse_csr().
struct UncheckedCsr {
    Bytes der{};
    Bytes info{};  ///< CertificationRequestInfo, whole element.
    std::int64_t version = 0;
    Bytes subject_der{};
    Name subject{};
    Bytes spki{};  ///< SubjectPublicKeyInfo, whole element.
    /// An attribute as it stands; `values` is the contents of its SET.
    struct Attribute {
        asn1::Oid type{};
        Bytes values{};
    };
    std::vector<Attribute> attributes{};
    std::vector<Extension> extensions{};  ///< From the extensionRequest attribute.
    AltNames names{};
    Bytes algorithm{};  ///< AlgorithmIdentifier, whole element.
    Bytes signature{};  ///< BIT STRING contents.
};

/// Fails with kInvalidArgument on what is not DER of RFC 2986. A key or an algorithm that we do
/// not know is no failure.
Result<UncheckedCsr> parse_csr_unchecked(ByteView der);

/// The long form of `step certificate inspect`, with a newline at the end. What we
/// cannot decode is shown as the original shows an unknown extension; never fails.
std::string inspect_text(const Certificate& certificate);
std::string inspect_text(const UncheckedCsr& request);

/// The block of `--short`, with a newline at the end.
std::string inspect_short(const Certificate& certificate);
std::string inspect_short(const UncheckedCsr& request);

/// The members of `--format json` in the original's order, to be written with
/// json::encode_indent(value, "  "). The original's "names" come in a random order; ours stand
/// as found: common name, DNS, URI, IP.
json::Value inspect_json(const Certificate& certificate);
json::Value inspect_json(const UncheckedCsr& request);

/// The views of `step crl inspect`.
std::string inspect_text(const RevocationList& list, const CrlVerdict& verdict);
json::Value inspect_json(const RevocationList& list, const CrlVerdict& verdict);

}  // namespace step::x509
