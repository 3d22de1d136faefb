#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asn1/oid.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "crypto/key.h"
#include "x509/certificate.h"
#include "x509/draft.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::profile {

/// Error::reason of text that is not the JSON of a certificate: what a template gave is no JSON, or
/// a member has a wrong type or value. The server answers 500 "error applying certificate
/// template".
inline constexpr char kBadOutput[] = "profile.bad_output";
/// Error::reason of JSON that asks for what no certificate can hold: an unknown kind of name, a
/// name that is not ASCII. The server answers 500 "error creating certificate".
inline constexpr char kBadContent[] = "profile.bad_content";

/// What a certificate is going to be, as a template said it. Plain data: validity, policy and
/// provisioner have not had their say, and nothing about the key or the issuer is in it.
struct CertificatePlan {
    x509::Subject subject{};
    /// An RDN each, behind those of `subject`. A type that has a field in `subject` stands for all
    /// of that field.
    std::vector<x509::Attribute> extra_names{};
    Bytes raw_subject{};  ///< DER of a Name; if not empty it stands for both of the above.

    /// Every name of the four kinds that the certificate will carry, also those within an
    /// alternative names extension in `extensions`: policies and constraints look here.
    x509::AltNames names{};
    /// The names of other kinds, each a whole GeneralName. They stand in `extensions` already.
    std::vector<Bytes> other_names{};

    std::optional<SysSeconds> not_before{}, not_after{};
    std::optional<Bytes> serial{};  ///< Big-endian magnitude.

    std::uint32_t key_usage = 0;
    std::vector<asn1::Oid> extended_key_usage{};
    std::optional<x509::BasicConstraints> basic_constraints{};
    Bytes subject_key_id{};    ///< Empty: made from the key.
    Bytes authority_key_id{};  ///< Counts only for an issuer without a subject key id.
    std::vector<std::string> ocsp_servers{}, issuer_urls{}, crl_urls{};
    std::vector<asn1::Oid> policies{};
    std::optional<x509::NameConstraints> name_constraints{};
    std::optional<crypto::SignatureScheme> scheme{};
    /// As they stand, behind the others; they replace generated ones of the same id.
    std::vector<x509::Extension> extensions{};

    bool operator==(const CertificatePlan&) const = default;
};

/// Reads what a template gave, as leniently as Go: the case of keys does not count, unknown keys
/// and text behind the first value are ignored, the last of equal keys wins.
///
/// Fails with kInvalidArgument and one of the reasons above. The detail is the original's, "error
/// unmarshaling certificate: …", and names the key; the cause shows the line of `json` and the
/// column. A certificate of this plan can be read again, whatever stands in raw extensions.
Result<CertificatePlan> decode_certificate(std::string_view json);

/// The subject as it will stand in the certificate.
Bytes encode_subject(const CertificatePlan& plan);
/// Every common name in it, "" left out.
std::vector<std::string> common_names(const CertificatePlan& plan);

/// The certificate for `key`, all but its validity, which the caller decides. The authority key id
/// is the plan's: an issuer that has one puts it there.
x509::Draft to_draft(const CertificatePlan& plan, const crypto::PublicKey& key);

/// The plan's scheme, or `otherwise`. Fails with kInvalidArgument, reason kBadContent, if the plan
/// wants one that `issuer_key` cannot make.
Result<crypto::SignatureScheme> choose_scheme(const CertificatePlan& plan,
                                              const crypto::PublicKey& issuer_key,
                                              crypto::SignatureScheme otherwise);

}  // namespace step::profile
