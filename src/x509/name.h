#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "asn1/oid.h"
#include "asn1/tag.h"
#include "base/bytes.h"
#include "base/result.h"

namespace step::x509 {

/// One type and value of a distinguished name. The value is the string's octets as they stand
/// in the DER; `tag` says what kind of string.
struct Attribute {
    asn1::Oid type{};
    asn1::Tag tag = asn1::Tag::kUtf8String;
    std::string value{};
    bool operator==(const Attribute&) const = default;
};

/// The value as UTF-8: BMPString and TeletexString (read as Latin-1) are converted.
std::string to_utf8(const Attribute& attribute);

/// A distinguished name (RFC 5280 4.1.2.4): a sequence of sets.
struct Name {
    std::vector<std::vector<Attribute>> rdns{};

    bool empty() const { return rdns.empty(); }
    /// The last common name, "" if there is none: Go's Subject.CommonName.
    std::string common_name() const;
    /// Every value of this type, in order.
    std::vector<std::string> values(const asn1::Oid& type) const;
    /// Go's pkix.Name.String: RFC 2253, last RDN first: "CN=a,O=b".
    std::string text() const;

    bool operator==(const Name&) const = default;
};

/// What a template or an operator says about a subject; to_name() puts it into the order
/// C, ST, L, STREET, POSTALCODE, O, OU, CN, SERIALNUMBER (Go's order). A list becomes
/// one RDN with several values.
struct Subject {
    std::vector<std::string> country{}, organization{}, organizational_unit{}, locality{},
        province{}, street_address{}, postal_code{};
    std::string serial_number{}, common_name{};
    bool operator==(const Subject&) const = default;
};
Name to_name(const Subject& subject);
/// What Go's pkix.Name holds of a name: every value of a list, the last serial number and common
/// name, nothing of other types.
Subject to_subject(const Name& name);

/// Reads one whole Name. Refuses, as Go does for certificates, string types other than Printable
/// (with '*' and '&' allowed), UTF8, IA5, Numeric, BMP and Teletex, and characters that the type
/// does not have; kInvalidArgument.
Result<Name> parse_name(ByteView der);
/// PrintableString where possible, UTF8String otherwise, for attributes with those tags;
/// others keep theirs. SET OF values are sorted as DER wants.
Bytes encode_name(const Name& name);

}  // namespace step::x509
