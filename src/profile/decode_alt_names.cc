#include "asn1/writer.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "json/parse.h"
#include "policy/idna.h"
#include "profile/decode_impl.h"
#include "tmpl/asn1_value.h"
#include "x509/certificate.h"

namespace step::profile::impl {
namespace {

using asn1::Tag;
using asn1::Writer;

/// Kinds of other names (RFC 5280 4.2.1.6), by their contents octets.
constexpr std::string_view kUserPrincipalName = "\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03",
                           kPermanentIdentifier = "\x2b\x06\x01\x05\x05\x07\x08\x03",
                           kHardwareModuleName = "\x2b\x06\x01\x05\x05\x07\x08\x04";

/// One element of `sans`.
struct San {
    const json::Value* at = nullptr;
    std::string type{}, value{};
    const json::Value* asn1 = nullptr;

    bool empty() const { return value.empty() && asn1 == nullptr; }
};

/// Whether Go's own x509 library has this kind. Case counts: "DNS" is an unknown kind.
bool is_plain(std::string_view type) {
    constexpr std::string_view kPlain[] = {"", "auto", "dns", "email", "ip", "uri"};
    return std::ranges::find(kPlain, type) != std::end(kPlain);
}

std::string_view guess_type(std::string_view value) {
    if (parse_ip(value)) {
        return "ip";
    }
    if (value.find(':') != std::string_view::npos) {
        const Result<Uri> uri = parse_uri(value);
        if (uri && !uri->scheme.empty()) {
            return "uri";
        }
    }
    return value.find('@') != std::string_view::npos ? "email" : "dns";
}

/// A name of one of the four kinds. An address or URI that is none is an error; the original drops
/// it in silence.
Status add_plain(const San& san, x509::AltNames& names) {
    const std::string_view type =
        san.type.empty() || san.type == "auto" ? guess_type(san.value) : san.type;
    if (type == "ip") {
        std::optional<Bytes> ip = parse_ip(san.value);
        if (!ip) {
            return unfit(*san.at, fmt::format("error converting {} to IP", quote(san.value)));
        }
        names.ips.push_back(*std::move(ip));
        return ok();
    }
    if (type == "uri") {
        const Result<Uri> uri = parse_uri(san.value);
        if (!uri) {
            return unfit(*san.at, "error creating certificate: " + uri.error().detail);
        }
        std::string text = format_uri(*uri);
        STEP_TRY(check_ascii(*san.at, text));
        names.uris.push_back(std::move(text));
        return ok();
    }
    STEP_TRY(check_ascii(*san.at, san.value));
    (type == "email" ? names.emails : names.dns).push_back(san.value);
    return ok();
}

// ---- kinds that only the extension as a whole can hold

/// OtherName with contents that are complete.
Bytes other_name(std::string_view type, ByteView value) {
    Writer out;
    const auto name = out.begin(asn1::context_constructed(0));
    out.element(Tag::kOid, type);
    out.raw(value);
    out.end(name);
    return std::move(out).take();
}

/// The JSON that describes a name: `asn1Value`, or `value` as text.
Result<json::Value> description(const San& san, std::string_view what) {
    if (san.asn1 != nullptr) {
        return *san.asn1;
    }
    if (san.value.empty()) {
        return unfit(
            *san.at,
            fmt::format("error parsing {} SAN: empty value or asn1Value is not allowed", what));
    }
    Result<json::Value> value = json::parse(san.value);
    if (!value) {
        return unfit(*san.at,
                     fmt::format("error unmarshaling {} SAN: {}", what, value.error().detail));
    }
    return value;
}

/// An error within such a description, told as one of the name.
Error within(const San& san, std::string_view what, const Error& error) {
    if (error.has_reason(kBadContent)) {
        return error;
    }
    return unfit(*san.at, fmt::format("error unmarshaling {} SAN: {}", what, error.detail));
}

Result<Bytes> permanent_identifier(const San& san) {
    constexpr std::string_view kWhat = "PermanentIdentifier";
    std::string identifier = san.value;
    asn1::Oid assigner;
    if (san.asn1 != nullptr) {
        identifier.clear();
        if (!san.asn1->is_null() && san.asn1->as_object() == nullptr) {
            return within(
                san, kWhat,
                cannot_unmarshal(*san.asn1, "Go value of type x509util.PermanentIdentifier"));
        }
        const Status read = [&]() -> Status {
            STEP_TRY(get(*san.asn1, "identifier", identifier, [](const json::Value& text) {
                return read_string(text,
                                   "Go struct field PermanentIdentifier.identifier of type string");
            }));
            return get(*san.asn1, "assigner", assigner, read_oid);
        }();
        if (!read) {
            return within(san, kWhat, read.error());
        }
    }
    Writer out;
    const auto outer = out.begin(asn1::context_constructed(0));
    const auto sequence = out.begin(Tag::kSequence);
    if (!identifier.empty()) {
        out.element(Tag::kUtf8String, identifier);
    }
    if (assigner != asn1::Oid()) {
        out.oid(assigner);
    }
    out.end(sequence);
    out.end(outer);
    return other_name(kPermanentIdentifier, out.view());
}

Result<Bytes> hardware_module_name(const San& san) {
    constexpr std::string_view kWhat = "HardwareModuleName";
    STEP_ASSIGN(const json::Value value, description(san, kWhat));
    if (!value.is_null() && value.as_object() == nullptr) {
        return within(san, kWhat,
                      cannot_unmarshal(value, "Go value of type x509util.HardwareModuleName"));
    }
    asn1::Oid type;
    Bytes serial;
    const Status read = [&]() -> Status {
        STEP_TRY(get(value, "type", type, read_oid));
        return get(value, "serialNumber", serial, [](const json::Value& octets) {
            return read_octets(octets,
                               "Go struct field HardwareModuleName.serialNumber of type []uint8");
        });
    }();
    if (!read) {
        return within(san, kWhat, read.error());
    }
    if (type == asn1::Oid()) {
        return unfit(*san.at, "error marshaling HardwareModuleName SAN: " + std::string(kBadOid));
    }
    Writer out;
    const auto outer = out.begin(asn1::context_constructed(0));
    const auto sequence = out.begin(Tag::kSequence);
    out.oid(type);
    out.element(asn1::context(4), serial);
    out.end(sequence);
    out.end(outer);
    return other_name(kHardwareModuleName, out.view());
}

Result<Bytes> directory_name(const San& san) {
    constexpr std::string_view kWhat = "DirectoryName";
    STEP_ASSIGN(const json::Value value, description(san, kWhat));
    const Result<NameParts> parts = read_name(value);
    if (!parts) {
        return within(san, kWhat, parts.error());
    }
    const x509::Name name = assemble_name(parts->subject, parts->extra);
    if (name.empty()) {
        return unfit(*san.at, "error parsing DirectoryName SAN: empty or malformed asn1Value");
    }
    Writer out;
    out.element(asn1::context_constructed(4), x509::encode_name(name));
    return std::move(out).take();
}

Result<Bytes> registered_id(const San& san) {
    if (san.value.empty()) {
        return unfit(*san.at, "error parsing RegisteredID SAN: empty value is not allowed");
    }
    Result<asn1::Oid> oid = parse_oid(*san.at, san.value);
    if (!oid) {
        return unfit(*san.at,
                     oid.error().has_reason(kBadContent)
                         ? "error marshaling RegisteredID SAN: " + std::string(kBadOid)
                         : "error parsing OID for RegisteredID SAN: " + oid.error().detail);
    }
    Writer out;
    out.element(asn1::context(8), oid->der());
    return std::move(out).take();
}

/// A text as `[type:]value`, tagged explicitly.
Result<Bytes> tagged_value(const San& san, std::string_view value, std::string_view type) {
    Result<Bytes> der = tmpl::marshal_asn1_text(value, "explicit," + std::string(type));
    if (!der) {
        return unfit(*san.at, fmt::format("error marshaling ASN1 value {}: {}", quote(san.value),
                                          der.error().detail));
    }
    return der;
}

Result<Bytes> typed_other_name(const San& san) {
    const Result<asn1::Oid> oid = parse_oid(*san.at, san.type);
    const bool has_der = oid || !oid.error().has_reason(kBadContent);
    if (!oid && has_der) {
        return unfit(*san.at, "unsupported SAN type " + san.type);
    }
    std::string_view value = san.value, type = "printable";
    if (const std::size_t colon = value.find(':'); colon != std::string_view::npos) {
        type = value.substr(0, colon);
        value = value.substr(colon + 1);
    }
    STEP_ASSIGN(const Bytes der, tagged_value(san, value, type));
    if (!has_der) {
        return unfit(*san.at, "error marshaling otherName SAN: " + std::string(kBadOid));
    }
    return other_name(oid->der(), der);
}

/// A whole GeneralName of a kind that AltNames does not have.
Result<Bytes> special_name(const San& san) {
    if (san.type == "registeredID") {
        return registered_id(san);
    }
    if (san.type == "permanentIdentifier") {
        return permanent_identifier(san);
    }
    if (san.type == "hardwareModuleName") {
        return hardware_module_name(san);
    }
    if (san.type == "dn") {
        return directory_name(san);
    }
    if (san.type == "userPrincipalName") {
        if (san.value.empty()) {
            return unfit(*san.at,
                         "error parsing UserPrincipalName SAN: empty value is not allowed");
        }
        STEP_ASSIGN(const Bytes der, tagged_value(san, san.value, "utf8"));
        return other_name(kUserPrincipalName, der);
    }
    if (san.type == "x400Address" || san.type == "ediPartyName") {
        return unfit(*san.at, "unimplemented SAN type " + san.type);
    }
    return typed_other_name(san);
}

Result<std::string> domain_name(const San& san) {
    Result<std::string> name = policy::to_ascii(san.value);
    return name ? std::move(name)
                : unfit(*san.at, fmt::format("error converting {} to ia5: server name contains "
                                             "invalid character",
                                             quote(san.value)));
}

/// A name of one of the four kinds in an extension with others. DNS names become A-labels.
Result<Bytes> plain_name(const San& san) {
    x509::AltNames one;
    STEP_TRY(add_plain(san, one));
    Writer out;
    if (!one.dns.empty()) {
        STEP_ASSIGN(one.dns[0], domain_name(san));
        out.element(asn1::context(2), one.dns[0]);
    } else if (!one.emails.empty()) {
        out.element(asn1::context(1), one.emails[0]);
    } else if (!one.ips.empty()) {
        out.element(asn1::context(7), one.ips[0]);
    } else {
        STEP_TRY(check_ascii(*san.at, san.value));
        out.element(asn1::context(6), san.value);
    }
    return std::move(out).take();
}

/// What policies see of an extension is what readers of the certificate will.
Status take_names(const json::Value& at, ByteView extension, CertificatePlan& plan) {
    Result<x509::ParsedAltNames> parsed = x509::parse_alt_names(extension);
    if (!parsed) {
        return unfit(at, "error parsing certificate: " + parsed.error().detail);
    }
    plan.names = std::move(parsed->names);
    plan.other_names = std::move(parsed->others);
    return ok();
}

/// RFC 5280 4.2.1.6: critical where there is no subject.
Status make_extension(const json::Value& at, const std::vector<San>& sans, CertificatePlan& plan) {
    Writer out;
    const auto sequence = out.begin(Tag::kSequence);
    for (const San& san : sans) {
        if (san.empty()) {
            continue;
        }
        STEP_ASSIGN(const Bytes name, is_plain(san.type) ? plain_name(san) : special_name(san));
        out.raw(name);
    }
    out.end(sequence);
    Bytes value = std::move(out).take();
    STEP_TRY(take_names(at, value, plan));
    plan.extensions.insert(plan.extensions.begin(),
                           {.id = x509::oid::kSubjectAltName,
                            .critical = assemble_name(plan.subject, plan.extra_names).empty(),
                            .value = std::move(value)});
    return ok();
}

// ---- JSON

Result<std::vector<San>> read_sans(const json::Value& value) {
    std::vector<San> sans;
    if (value.is_null()) {
        return sans;
    }
    if (value.as_array() == nullptr) {
        return cannot_unmarshal(
            value, "Go struct field Certificate.sans of type []x509util.SubjectAlternativeName");
    }
    for (const json::Value& element : *value.as_array()) {
        if (!element.is_null() && element.as_object() == nullptr) {
            return cannot_unmarshal(
                element,
                "Go struct field Certificate.sans of type x509util.SubjectAlternativeName");
        }
        San san{.at = &element, .asn1 = element.find("asn1Value")};
        STEP_TRY(get(element, "type", san.type, [](const json::Value& text) {
            return read_string(text,
                               "Go struct field SubjectAlternativeName.sans.type of type string");
        }));
        STEP_TRY(get(element, "value", san.value, [](const json::Value& text) {
            return read_string(text,
                               "Go struct field SubjectAlternativeName.sans.value of type string");
        }));
        sans.push_back(std::move(san));
    }
    return sans;
}

/// The four lists, as if they were sans of their kind.
Status read_lists(const json::Value& certificate, std::vector<San>& sans) {
    constexpr std::pair<std::string_view, std::string_view> kLists[] = {
        {"dnsNames", "dns"}, {"emailAddresses", "email"}, {"ipAddresses", "ip"}, {"uris", "uri"}};
    for (const auto& [key, type] : kLists) {
        const json::Value* list = certificate.find(key);
        if (list == nullptr) {
            continue;
        }
        const bool plain_strings = type == "dns" || type == "email";
        STEP_ASSIGN(const std::vector<std::string> values,
                    plain_strings ? read_strings(*list) : read_list(*list));
        for (const std::string& value : values) {
            if (type == "ip" && !parse_ip(value)) {
                return wrap(mistake(*list, fmt::format("ip {} is not valid", value)));
            }
            San san{.at = list, .type = std::string(type), .value = value};
            if (type == "uri") {
                const Result<Uri> uri = parse_uri(value);
                if (!uri) {
                    return wrap(mistake(*list, uri.error().detail));
                }
                san.value = format_uri(*uri);
            }
            sans.push_back(std::move(san));
        }
    }
    return ok();
}

}  // namespace

Status read_alt_names(const json::Value& certificate, CertificatePlan& plan) {
    std::vector<San> all;
    STEP_TRY(read_lists(certificate, all));
    if (const json::Value* sans = certificate.find("sans")) {
        STEP_ASSIGN(std::vector<San> more, read_sans(*sans));
        all.insert(all.end(), more.begin(), more.end());
    }
    for (const x509::Extension& extension : plan.extensions) {
        if (extension.id == x509::oid::kSubjectAltName) {
            return take_names(certificate, extension.value, plan);
        }
    }
    if (!std::ranges::all_of(all, [](const San& san) { return is_plain(san.type); })) {
        return make_extension(certificate, all, plan);
    }
    for (const San& san : all) {
        if (!san.value.empty()) {
            STEP_TRY(add_plain(san, plan.names));
        }
    }
    return ok();
}

}  // namespace step::profile::impl
