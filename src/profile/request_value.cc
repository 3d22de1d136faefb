#include "asn1/reader.h"
#include "base/ip.h"
#include "json/write.h"
#include "profile/decode_impl.h"
#include "profile/go_struct_impl.h"
#include "profile/template_data.h"
#include "profile/usages.h"

namespace step::profile {
namespace {

using impl::Field;
using impl::quoted;
using impl::Tag;
using tmpl::Kind;
using tmpl::Type;
using tmpl::Value;

constexpr Type kMultiString{
    .kind = Kind::kSlice, .name = "x509util.MultiString", .elem = &tmpl::types::kString};

std::string oid_json(const Value& value);
constexpr Type kObjectIdentifier{.kind = Kind::kSlice,
                                 .name = "x509util.ObjectIdentifier",
                                 .elem = &tmpl::types::kInt,
                                 .json = oid_json};
constexpr Type kDistinguishedName{.kind = Kind::kStruct, .name = "x509util.DistinguishedName"};
constexpr Type kDistinguishedNames{
    .kind = Kind::kSlice, .name = "[]x509util.DistinguishedName", .elem = &kDistinguishedName};
constexpr Type kSubject{.kind = Kind::kStruct, .name = "x509util.Subject"};
constexpr Type kSan{.kind = Kind::kStruct, .name = "x509util.SubjectAlternativeName"};
constexpr Type kSans{
    .kind = Kind::kSlice, .name = "[]x509util.SubjectAlternativeName", .elem = &kSan};
constexpr Type kRawMessage{
    .kind = Kind::kSlice, .name = "json.RawMessage", .elem = &tmpl::types::kUint8};
constexpr Type kMultiIp{
    .kind = Kind::kSlice, .name = "x509util.MultiIP", .elem = &tmpl::types::kBytes};

/// A list of what prints as text, as JSON.
template <class Text>
std::string list_json(const Value& value, Text text) {
    std::string out = "[";
    for (std::size_t i = 0; i < value.length(); ++i) {
        out += (i == 0 ? "" : ",") + quoted(text(value.at(i)));
    }
    return out + "]";
}

std::string urls_json(const Value& value) {
    return list_json(value, [](const Value& url) { return url.type()->text(url); });
}
constexpr Type kMultiUrl{.kind = Kind::kSlice,
                         .name = "x509util.MultiURL",
                         .elem = &tmpl::types::kAny,
                         .json = urls_json};

std::string dotted(const Value& oid) {
    std::string text;
    for (std::size_t i = 0; i < oid.length(); ++i) {
        text += (i == 0 ? "" : ".") + std::to_string(oid.at(i).as_int());
    }
    return text;
}
std::string oid_json(const Value& value) {
    return quoted(dotted(value));
}
std::string oids_json(const Value& value) {
    return list_json(value, dotted);
}
constexpr Type kExtension{.kind = Kind::kStruct, .name = "x509util.Extension"};
constexpr Type kExtensions{
    .kind = Kind::kSlice, .name = "[]x509util.Extension", .elem = &kExtension};

std::string key_usage_json(const Value& value) {
    std::string out;
    for (const auto& [bit, name] : key_usage_names()) {
        if ((static_cast<std::uint32_t>(value.as_int()) & bit) != 0) {
            out += (out.empty() ? "[" : ",") + quoted(name);
        }
    }
    return out.empty() ? "null" : out + "]";
}
constexpr Type kKeyUsage{.kind = Kind::kInt, .name = "x509util.KeyUsage", .json = key_usage_json};

std::string extended_usage_json(const Value& value) {
    return list_json(value, [](const Value& number) {
        return std::string(extended_key_usage_name(static_cast<int>(number.as_int())));
    });
}
constexpr Type kExtKeyUsage{.kind = Kind::kSlice,
                            .name = "x509util.ExtKeyUsage",
                            .elem = &tmpl::types::kInt,
                            .json = extended_usage_json};
constexpr Type kUnknownExtKeyUsage{.kind = Kind::kSlice,
                                   .name = "x509util.UnknownExtKeyUsage",
                                   .elem = &kObjectIdentifier,
                                   .json = oids_json};
constexpr Type kBasicConstraints{.kind = Kind::kPointer, .name = "*x509util.BasicConstraints"};

std::string no_algorithm_json(const Value& /*always 0*/) {
    return R"("")";
}
constexpr Type kSignatureAlgorithm{
    .kind = Kind::kInt, .name = "x509util.SignatureAlgorithm", .json = no_algorithm_json};
constexpr Type kRequest{.kind = Kind::kPointer, .name = "*x509util.CertificateRequest"};

Value oid_value(const asn1::Oid& oid) {
    return Value::of(kObjectIdentifier, impl::arcs(oid));
}

Value name_value(const x509::Subject& subject, tmpl::List extra) {
    const auto list = [](std::string_view name, std::string_view tag,
                         const std::vector<std::string>& texts) {
        return Field{name, tag, impl::strings(kMultiString, texts), Tag::kNotEmpty};
    };
    return impl::make_struct(
        kSubject, {list("Country", "country", subject.country),
                   list("Organization", "organization", subject.organization),
                   list("OrganizationalUnit", "organizationalUnit", subject.organizational_unit),
                   list("Locality", "locality", subject.locality),
                   list("Province", "province", subject.province),
                   list("StreetAddress", "streetAddress", subject.street_address),
                   list("PostalCode", "postalCode", subject.postal_code),
                   {"SerialNumber", "serialNumber", subject.serial_number, Tag::kNotEmpty},
                   {"CommonName", "commonName", subject.common_name, Tag::kNotEmpty},
                   {"ExtraNames", "extraNames", impl::slice(kDistinguishedNames, std::move(extra)),
                    Tag::kNotEmpty}});
}

tmpl::List extra_names(const x509::Name& name) {
    tmpl::List extra;
    for (const x509::Attribute& attribute : impl::unnamed_attributes(name)) {
        extra.push_back(impl::make_struct(
            kDistinguishedName,
            {{"Type", "type", oid_value(attribute.type)}, {"Value", "value", attribute.value}}));
    }
    return extra;
}

/// What the extensions of a request say, as far as they can be read.
struct Usages {
    std::uint32_t key_usage = 0;
    tmpl::List known{}, unknown{};
    Value basic_constraints = Value::nil_of(kBasicConstraints);
};

void read_extended_usages(ByteView der, Usages& usages) {
    asn1::Reader outer(der);
    auto list = outer.enter();
    while (list && !list->at_end()) {
        const auto oid = list->read_oid();
        if (!oid) {
            usages.known.clear();
            usages.unknown.clear();
            return;
        }
        if (const auto number = extended_key_usage_number(*oid)) {
            usages.known.push_back(Value::integer(*number));
        } else {
            usages.unknown.push_back(oid_value(*oid));
        }
    }
}

Value read_basic_constraints(ByteView der) {
    asn1::Reader outer(der);
    auto sequence = outer.enter();
    if (!sequence) {
        return Value::nil_of(kBasicConstraints);
    }
    bool ca = false;
    if (sequence->next_is(asn1::Tag::kBoolean)) {
        const auto flag = sequence->read_boolean();
        if (!flag) {
            return Value::nil_of(kBasicConstraints);
        }
        ca = *flag;
    }
    std::int64_t length = -1;
    if (sequence->next_is(asn1::Tag::kInteger)) {
        const auto number = sequence->read_small_integer();
        if (!number) {
            return Value::nil_of(kBasicConstraints);
        }
        length = *number;
    }
    return impl::make_struct(
        kBasicConstraints,
        {{"IsCA", "isCA", ca}, {"MaxPathLen", "maxPathLen", Value::integer(length)}});
}

Usages read_usages(const x509::Csr& csr) {
    Usages usages;
    for (const x509::Extension& extension : csr.extensions) {
        if (extension.id == x509::oid::kKeyUsage) {
            const auto bits = asn1::Reader(extension.value).read_named_bits();
            usages.key_usage = bits ? *bits & 0x1ffU : 0;
        } else if (extension.id == x509::oid::kExtendedKeyUsage) {
            read_extended_usages(extension.value, usages);
        } else if (extension.id == x509::oid::kBasicConstraints) {
            usages.basic_constraints = read_basic_constraints(extension.value);
        }
    }
    return usages;
}

/// RFC 5280 4.2.1.6: alternative names are critical where there is no subject.
tmpl::List extensions_of(const x509::Csr& csr, bool no_subject) {
    tmpl::List items;
    for (const x509::Extension& extension : csr.extensions) {
        const bool critical =
            extension.critical || (no_subject && extension.id == x509::oid::kSubjectAltName);
        items.push_back(
            impl::make_struct(kExtension, {{"ID", "id", oid_value(extension.id)},
                                           {"Critical", "critical", critical},
                                           {"Value", "value", Value::bytes(extension.value)}}));
    }
    return items;
}

Value make_request(const x509::Csr& csr) {
    const x509::Subject subject = x509::to_subject(csr.subject);
    Usages usages = read_usages(csr);
    return impl::make_struct(
        kRequest,
        {{"Version", "version", Value::integer(0)},
         {"Subject", "subject", name_value(subject, extra_names(csr.subject))},
         {"RawSubject", "rawSubject", impl::octets(csr.subject_der)},
         {"DNSNames", "dnsNames", impl::strings(kMultiString, csr.names.dns)},
         {"EmailAddresses", "emailAddresses", impl::strings(kMultiString, csr.names.emails)},
         {"IPAddresses", "ipAddresses", impl::slice(kMultiIp, impl::ip_values(csr.names.ips))},
         {"URIs", "uris", impl::slice(kMultiUrl, impl::url_values(csr.names.uris))},
         {"SANs", "sans", Value::nil_of(kSans)},
         {"Extensions", "extensions",
          impl::slice(kExtensions, extensions_of(csr, x509::to_name(subject).empty()))},
         {"KeyUsage", "keyUsage", Value::of(kKeyUsage, std::int64_t{usages.key_usage})},
         {"ExtKeyUsage", "extKeyUsage", Value::of(kExtKeyUsage, std::move(usages.known))},
         {"UnknownExtKeyUsage", "unknownExtKeyUsage",
          impl::slice(kUnknownExtKeyUsage, std::move(usages.unknown))},
         {"BasicConstraints", "basicConstraints", usages.basic_constraints},
         {"SignatureAlgorithm", "signatureAlgorithm",
          Value::of(kSignatureAlgorithm, std::int64_t{0})},
         {"ChallengePassword", "", "", Tag::kNever},
         {"PublicKey", "", impl::public_key_value(csr.key), Tag::kNever},
         {"PublicKeyAlgorithm", "", impl::key_algorithm(csr.key.kind()), Tag::kNever},
         {"Signature", "", impl::octets(csr.signature), Tag::kNever},
         {"Signer", "", Value(), Tag::kNever}});
}

Value san_value(std::string_view type, std::string_view text) {
    return impl::make_struct(
        kSan, {{"Type", "type", type},
               {"Value", "value", text},
               {"ASN1Value", "asn1Value", Value::nil_of(kRawMessage), Tag::kNotEmpty}});
}

}  // namespace

Value subject_value(const x509::Subject& subject) {
    return name_value(subject, {});
}

Value names_value(const x509::AltNames& names) {
    tmpl::List items;
    items.reserve(names.size());
    for (const std::string& name : names.dns) {
        items.push_back(san_value("dns", name));
    }
    for (const Bytes& ip : names.ips) {
        items.push_back(san_value("ip", format_ip(ip)));
    }
    for (const std::string& name : names.emails) {
        items.push_back(san_value("email", name));
    }
    for (const std::string& uri : names.uris) {
        items.push_back(san_value("uri", uri));
    }
    return Value::of(kSans, std::move(items));
}

Value request_value(std::shared_ptr<const x509::Csr> csr) {
    return Value::lazy([csr = std::move(csr)] { return make_request(*csr); });
}

}  // namespace step::profile
