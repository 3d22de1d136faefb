#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asn1/oid.h"
#include "asn1/reader.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"

namespace step::lint {

/// The object identifiers that rules name, as DER contents.
namespace oid {
inline constexpr std::string_view kCommonName = "\x55\x04\x03", kSurname = "\x55\x04\x04",
                                  kSerialNumber = "\x55\x04\x05", kCountry = "\x55\x04\x06",
                                  kLocality = "\x55\x04\x07", kState = "\x55\x04\x08",
                                  kStreet = "\x55\x04\x09", kOrganization = "\x55\x04\x0a",
                                  kOrganizationalUnit = "\x55\x04\x0b",
                                  kPostalCode = "\x55\x04\x11", kGivenName = "\x55\x04\x2a",
                                  kEmailAddress = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";
inline constexpr std::string_view kSubjectDirectory = "\x55\x1d\x09",
                                  kSubjectKeyId = "\x55\x1d\x0e", kKeyUsage = "\x55\x1d\x0f",
                                  kSubjectAltName = "\x55\x1d\x11", kIssuerAltName = "\x55\x1d\x12",
                                  kBasicConstraints = "\x55\x1d\x13",
                                  kNameConstraints = "\x55\x1d\x1e", kCrlPoints = "\x55\x1d\x1f",
                                  kPolicies = "\x55\x1d\x20", kPolicyMappings = "\x55\x1d\x21",
                                  kAuthorityKeyId = "\x55\x1d\x23",
                                  kPolicyConstraints = "\x55\x1d\x24",
                                  kExtKeyUsage = "\x55\x1d\x25", kFreshestCrl = "\x55\x1d\x2e",
                                  kInhibitAnyPolicy = "\x55\x1d\x36",
                                  kAuthorityInfo = "\x2b\x06\x01\x05\x05\x07\x01\x01",
                                  kSubjectInfo = "\x2b\x06\x01\x05\x05\x07\x01\x0b",
                                  kSctList = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02",
                                  kCtPoison = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03";
inline constexpr std::string_view kAnyPolicy{"\x55\x1d\x20\x00", 4};
inline constexpr std::string_view kAnyExtKeyUsage{"\x55\x1d\x25\x00", 4};
inline constexpr std::string_view kRsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
inline constexpr std::string_view kEc = "\x2a\x86\x48\xce\x3d\x02\x01";
}  // namespace oid

/// One type and value of a name, as it stands.
struct NamePart {
    std::string_view type{};
    asn1::Tag tag{};
    std::string_view value{};
};
struct DistinguishedName {
    bool readable = false;
    std::vector<std::vector<NamePart>> rdns{};

    std::vector<NamePart> parts() const;
    std::vector<std::string_view> values(std::string_view type) const;
};

/// A GeneralName: `kind` is its tag number (1 e-mail, 2 DNS, 6 URI …).
struct GeneralName {
    unsigned kind = 0;
    std::string_view contents{};
};
struct GeneralNames {
    bool readable = false;  ///< A SEQUENCE; elements up to the first bad one are in `names`.
    bool whole = false;     ///< Every element could be read.
    std::vector<GeneralName> names{};

    std::vector<std::string_view> of(unsigned kind) const;
};

struct ExtensionFacts {
    std::string_view id{};
    bool critical = false;
    bool critical_spelled_out = false;  ///< `critical FALSE` stands there, against DER.
    std::string_view value{};
};

struct TimeFacts {
    asn1::Tag tag{};
    std::string_view text{};
    std::optional<SysSeconds> time{};  ///< None if it cannot be read.
};

/// One entry of name constraints: base, minimum and maximum.
struct Subtree {
    bool permitted = false;
    GeneralName base{};
    std::int64_t minimum = 0;
    bool has_maximum = false;
};

/// A policy with its qualifiers' identifiers and its notices.
struct Policy {
    std::string_view id{};
    std::vector<std::string_view> qualifiers{};
    struct Text {
        asn1::Tag tag{};
        std::string_view value{};
    };
    std::vector<Text> explicit_texts{};
    bool notice_reference = false;
};

/// A certificate taken apart without judging it. Aliases the DER it was made from.
struct Facts {
    std::int64_t version = 1;
    std::string_view serial{};                             ///< INTEGER contents.
    std::string_view tbs{}, tbs_algorithm{}, algorithm{};  ///< Whole elements.
    DistinguishedName issuer{}, subject{};
    TimeFacts not_before{}, not_after{};
    std::string_view key_algorithm{};     ///< AlgorithmIdentifier, whole.
    std::string_view key_algorithm_id{};  ///< Its identifier.
    std::string_view key_bits{};
    bool has_unique_id = false;
    std::vector<ExtensionFacts> extensions{};

    // Decoded from extensions; the defaults where they are absent or unreadable.
    bool ca = false;
    bool basic_constraints_readable = false;
    std::uint32_t key_usage = 0;  ///< As x509::key_usage.
    std::vector<std::string_view> extended_key_usage{};
    GeneralNames subject_alt_names{}, issuer_alt_names{};
    std::vector<Subtree> subtrees{};
    std::vector<Policy> policies{};
    bool policies_readable = false;
    std::vector<std::string_view> crl_urls{}, issuer_urls{};
    bool has_authority_key_id = false;
    /// Issuer and subject are equal, and if we can check the signature, it is by the own key.
    bool self_signed = false;

    const ExtensionFacts* find(std::string_view id) const;
    bool has(std::string_view id) const { return find(id) != nullptr; }
    bool rsa() const { return key_algorithm_id == oid::kRsa; }
    bool ec() const { return key_algorithm_id == oid::kEc; }
    bool subscriber() const { return !ca && !self_signed; }
    std::string_view common_name() const;
};

/// Fails with kInvalidArgument if the outline of RFC 5280 4.1 is not there.
Result<Facts> read_facts(ByteView der);

}  // namespace step::lint
