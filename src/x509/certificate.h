#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asn1/oid.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "crypto/key.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::x509 {

struct Extension {
    asn1::Oid id{};
    bool critical = false;
    Bytes value{};  ///< Contents of the OCTET STRING.
    bool operator==(const Extension&) const = default;
};

/// AlgorithmIdentifier as it stands, and the scheme if we know it.
struct Algorithm {
    Bytes der{};
    asn1::Oid id{};
    std::optional<crypto::SignatureScheme> scheme{};
};

/// Bits of KeyUsage (RFC 5280 4.2.1.3), bit 0 of the standard being 1.
namespace key_usage {
inline constexpr std::uint32_t kDigitalSignature = 1, kContentCommitment = 2, kKeyEncipherment = 4,
                               kDataEncipherment = 8, kKeyAgreement = 16, kCertSign = 32,
                               kCrlSign = 64, kEncipherOnly = 128, kDecipherOnly = 256;
}  // namespace key_usage

struct BasicConstraints {
    bool ca = false;
    std::optional<std::uint32_t> path_length{};
    bool operator==(const BasicConstraints&) const = default;
};

/// Name constraints (RFC 5280 4.2.1.10); IP ranges are address and mask, 8 or 32 octets.
struct NameConstraints {
    AltNames permitted{}, excluded{};
    bool critical = true;
    bool operator==(const NameConstraints&) const = default;
};

/// A certificate, decoded. Value type; owns its bytes.
struct Certificate {
    Bytes der{};
    Bytes tbs{};      ///< TBSCertificate, whole element.
    int version = 3;  ///< 1, 2 or 3.
    Bytes serial{};   ///< INTEGER contents: two's complement, big-endian.
    Algorithm algorithm{};
    Bytes issuer_der{}, subject_der{};
    Name issuer{}, subject{};
    SysSeconds not_before{}, not_after{};
    Bytes spki{};  ///< SubjectPublicKeyInfo, whole element.
    std::vector<Extension> extensions{};
    Bytes signature{};  ///< BIT STRING contents.

    // Decoded extensions; none if absent.
    std::optional<std::uint32_t> key_usage{};
    std::optional<std::vector<asn1::Oid>> extended_key_usage{};
    std::optional<BasicConstraints> basic_constraints{};
    std::optional<Bytes> subject_key_id{}, authority_key_id{};
    AltNames names{};
    std::vector<Bytes> other_names{};  ///< GeneralNames that AltNames does not hold.
    std::optional<NameConstraints> name_constraints{};
    /// A critical extension that nobody here evaluates: verify_chain() refuses it.
    bool unhandled_critical = false;

    const Extension* find(const asn1::Oid& id) const;
    bool is_ca() const { return basic_constraints && basic_constraints->ca; }
    /// Decimal, as the original prints and stores it.
    std::string serial_text() const;
    /// kUnsupported if the key is of a kind we do not handle.
    Result<crypto::PublicKey> public_key() const;
};

/// Reads one certificate (RFC 5280), strictly: what Go's x509.ParseCertificate refuses is
/// refused, kInvalidArgument. A public key of an unknown kind is no error. Does not check the
/// signature, the time or anything about an issuer.
Result<Certificate> parse_certificate(ByteView der);
/// Every CERTIFICATE block of a PEM text; kInvalidArgument if there is none or one is bad.
Result<std::vector<Certificate>> parse_certificates_pem(std::string_view pem);
std::string encode_certificate_pem(ByteView der);

/// ok() if `issuer`'s key made the signature of `certificate`; nothing else is checked.
Status check_signature(const Certificate& certificate, const crypto::PublicKey& issuer_key);

/// INTEGER contents to decimal and back; parse_serial reads Go's base-0 syntax ("0x1F", "0b1",
/// "017", "1_000", a sign). kInvalidArgument on anything else.
std::string serial_to_text(ByteView integer_contents);
Result<Bytes> parse_serial(std::string_view text);

/// The object identifiers of PKIX by name.
namespace oid {
extern const asn1::Oid kCommonName, kSerialNumber, kCountry, kLocality, kProvince, kStreet,
    kOrganization, kOrganizationalUnit, kPostalCode, kEmailAddress, kSubjectKeyId, kKeyUsage,
    kSubjectAltName, kBasicConstraints, kNameConstraints, kCrlDistributionPoints,
    kCertificatePolicies, kPolicyMappings, kAuthorityKeyId, kPolicyConstraints, kInhibitAnyPolicy,
    kExtendedKeyUsage, kAuthorityInfoAccess, kServerAuth, kClientAuth, kAnyExtendedKeyUsage,
    kExtensionRequest, kStepProvisioner, kCrlNumber, kReasonCode, kDeltaCrlIndicator,
    kIssuingDistributionPoint, kOcspAccess, kIssuerAccess, kOcspSigning, kOcspBasic, kSha1;
}  // namespace oid

}  // namespace step::x509
