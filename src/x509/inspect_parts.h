#pragma once

// Shared by the files inspect_*.cc and locations.cc; nobody else includes this.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asn1/oid.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key.h"
#include "x509/certificate.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::x509::parts {

/// What the original calls an AlgorithmIdentifier: Go's crypto/x509 in the text, zcrypto in JSON.
struct AlgorithmNames {
    std::string text{};      ///< "ECDSA-SHA256"; the dotted identifier if unknown.
    std::string json{};      ///< "ECDSA-SHA256"; "0" if unknown.
    std::string json_oid{};  ///< Empty if unknown.
};
AlgorithmNames algorithm_names(ByteView algorithm_identifier);

/// A SubjectPublicKeyInfo taken apart for showing.
struct KeyView {
    std::optional<crypto::PublicKey> key{};
    /// Numbers of a DSA key (RFC 3279 2.3.2), which we show but never use.
    struct Dsa {
        Bytes y{}, p{}, q{}, g{};
    };
    std::optional<Dsa> dsa{};
    std::string algorithm{};  ///< "RSA", "ECDSA", "Ed25519", "DSA", "ML-DSA-44", or dotted.
    Bytes bits{};             ///< BIT STRING contents.
};
KeyView view_key(ByteView spki);
/// "ECDSA P-256", "RSA 2048", "Ed25519 256": the short form's words.
std::string short_key_label(const KeyView& view);
/// "P-256", "P-384" or "P-521".
std::string_view curve_name(crypto::KeyKind kind);

/// The value of an attribute as UTF-8 (BMPString and TeletexString are converted).
std::string attribute_text(const Attribute& attribute);

/// One GeneralName (RFC 5280 4.2.1.6). Aliases what it was read from.
struct GeneralName {
    unsigned kind = 0;  ///< Context tag number.
    ByteView contents{};
};
/// Reads a SEQUENCE OF GeneralName; stops at the first malformed element.
std::vector<GeneralName> general_names(ByteView der);
struct OtherName {
    asn1::Oid id{};
    Bytes value{};  ///< What stands inside [0] EXPLICIT: one whole element.
};
std::optional<OtherName> parse_other_name(ByteView contents);

/// Addresses of AuthorityInfoAccess (RFC 5280 4.2.2.1).
struct AccessUrls {
    std::vector<std::string> ocsp{}, issuers{};
};
AccessUrls access_urls(ByteView extension_value);
/// URIs of CRLDistributionPoints (RFC 5280 4.2.1.13) that have a full name.
std::vector<std::string> distribution_points(ByteView extension_value);

/// One entry of CertificatePolicies (RFC 5280 4.2.1.4).
struct Policy {
    asn1::Oid id{};
    std::vector<std::string> cps{};
    struct Notice {
        std::string text{}, organization{};
        std::vector<std::int64_t> numbers{};
        bool has_reference = false;
    };
    std::vector<Notice> notices{};
};
std::vector<Policy> policies(ByteView extension_value);

/// One signed certificate timestamp (RFC 6962 3.2).
struct Timestamp {
    unsigned version = 0;
    Bytes log_id{};
    std::uint64_t milliseconds = 0;
    Bytes extensions{};
    unsigned hash = 0, algorithm = 0;
    Bytes signature{};
};
std::optional<std::vector<Timestamp>> timestamps(ByteView extension_value);

/// Step Provisioner as it stands: the name of an unknown type differs between text and JSON.
struct Provisioner {
    std::int64_t type = 0;
    std::string name{}, credential_id{};
    std::vector<std::pair<std::string, std::string>> pairs{};
};
std::optional<Provisioner> parse_provisioner(ByteView extension_value);
/// The rest of a SEQUENCE: a SEQUENCE OF strings read as names and values, "-" where one is
/// missing. None if it is anything else.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_pairs(ByteView der);

/// Characters that Go would print, a dot for each other one and for each invalid octet.
/// Unassigned code points count as printable: we carry no Unicode tables.
std::string printable(ByteView text);
/// "01:02:03".
std::string colons(ByteView bytes, bool upper);
/// Colon-separated octets broken into lines of `per_line`, each indented; a newline in front of
/// each line and none at the end.
std::string hex_block(ByteView bytes, std::size_t per_line, std::size_t indent);
/// The one element of `der` if it has this tag and nothing follows.
std::optional<ByteView> whole(ByteView der, asn1::Tag tag);
/// A string of any of the usual kinds, as UTF-8.
std::optional<std::string> whole_string(ByteView der);
/// Without the leading zeros that big.Int.Bytes drops.
ByteView magnitude(ByteView number);
/// "10.0.0.0/8" of an address and a mask, "10.0.0.0/ff00ff00" if the mask has holes.
std::string ip_range(ByteView address_and_mask);

}  // namespace step::x509::parts
