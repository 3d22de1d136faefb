#include <bit>

#include "asn1/reader.h"
#include "base/ip.h"
#include "profile/decode_impl.h"
#include "profile/go_struct_impl.h"
#include "profile/template_data.h"
#include "profile/usages.h"
#include "tmpl/moment.h"
#include "x509/locations.h"

namespace step::profile {
namespace {

using impl::Field;
using impl::octets;
using tmpl::Kind;
using tmpl::Type;
using tmpl::Value;

constexpr Type kAttribute{.kind = Kind::kStruct, .name = "pkix.AttributeTypeAndValue"};
constexpr Type kAttributes{
    .kind = Kind::kSlice, .name = "[]pkix.AttributeTypeAndValue", .elem = &kAttribute};

std::string name_text(const Value& value) {
    const auto* name = dynamic_cast<const impl::Struct*>(value.as_object());
    return name == nullptr ? "" : name->text();
}
Result<Value> name_string(tmpl::Call& call) {
    return Value(name_text(call[0]));
}
constexpr tmpl::Entry kNameMethods[] = {{"String", "", name_string}};
constexpr Type kName{.kind = Kind::kStruct,
                     .name = "pkix.Name",
                     .methods = {kNameMethods, std::size(kNameMethods)},
                     .text = name_text};

constexpr Type kExtension{.kind = Kind::kStruct, .name = "pkix.Extension"};
constexpr Type kExtensions{.kind = Kind::kSlice, .name = "[]pkix.Extension", .elem = &kExtension};
/// Go has a name for each bit, but none for several.
std::string key_usage_text(const Value& value) {
    constexpr std::array<std::string_view, 9> kBits = {
        "digitalSignature", "contentCommitment", "keyEncipherment",
        "dataEncipherment", "keyAgreement",      "keyCertSign",
        "cRLSign",          "encipherOnly",      "decipherOnly"};
    const auto bits = static_cast<std::uint64_t>(value.as_int());
    const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
    return std::has_single_bit(bits) && bit < kBits.size() ? std::string(kBits[bit])
                                                           : fmt::format("KeyUsage({})", bits);
}
constexpr Type kKeyUsage{.kind = Kind::kInt, .name = "x509.KeyUsage", .text = key_usage_text};

std::string extended_usage_text(const Value& value) {
    constexpr std::array<std::string_view, 14> kNames = {
        "anyExtendedKeyUsage", "serverAuth",     "clientAuth",  "codeSigning",
        "emailProtection",     "ipsecEndSystem", "ipsecTunnel", "ipsecUser",
        "timeStamping",        "OCSPSigning",    "msSGC",       "nsSGC",
        "msCodeCom",           "msKernelCode"};
    return std::string(kNames[static_cast<std::size_t>(value.as_int()) % kNames.size()]);
}
constexpr Type kExtKeyUsage{
    .kind = Kind::kInt, .name = "x509.ExtKeyUsage", .text = extended_usage_text};

/// Go's x509.SignatureAlgorithm; its numbers have gaps where we know no scheme.
constexpr std::pair<std::int64_t, crypto::SignatureScheme> kSchemeNumbers[] = {
    {3, crypto::SignatureScheme::kRsaSha1},       {4, crypto::SignatureScheme::kRsaSha256},
    {5, crypto::SignatureScheme::kRsaSha384},     {6, crypto::SignatureScheme::kRsaSha512},
    {9, crypto::SignatureScheme::kEcdsaSha1},     {10, crypto::SignatureScheme::kEcdsaSha256},
    {11, crypto::SignatureScheme::kEcdsaSha384},  {12, crypto::SignatureScheme::kEcdsaSha512},
    {13, crypto::SignatureScheme::kRsaPssSha256}, {14, crypto::SignatureScheme::kRsaPssSha384},
    {15, crypto::SignatureScheme::kRsaPssSha512}, {16, crypto::SignatureScheme::kEd25519}};
std::string algorithm_text(const Value& value) {
    for (const auto& [number, scheme] : kSchemeNumbers) {
        if (number == value.as_int()) {
            return std::string(impl::scheme_name(scheme));
        }
    }
    return std::to_string(value.as_int());
}
constexpr Type kSignatureAlgorithm{
    .kind = Kind::kInt, .name = "x509.SignatureAlgorithm", .text = algorithm_text};
constexpr Type kExtKeyUsages{
    .kind = Kind::kSlice, .name = "[]x509.ExtKeyUsage", .elem = &kExtKeyUsage};
constexpr Type kIps{.kind = Kind::kSlice, .name = "[]net.IP", .elem = &tmpl::types::kBytes};
constexpr Type kUrls{.kind = Kind::kSlice, .name = "[]*url.URL", .elem = &tmpl::types::kAny};
constexpr Type kCertificate{.kind = Kind::kPointer, .name = "*x509.Certificate"};

Value name_value(const x509::Name& name) {
    const x509::Subject subject = x509::to_subject(name);
    tmpl::List all;
    for (const auto& rdn : name.rdns) {
        for (const x509::Attribute& attribute : rdn) {
            all.push_back(
                impl::make_struct(kAttribute, {{"Type", "", impl::oid_value(attribute.type)},
                                               {"Value", "", x509::to_utf8(attribute)}}));
        }
    }
    return impl::make_struct(
        kName,
        {{"Country", "", impl::strings(subject.country)},
         {"Organization", "", impl::strings(subject.organization)},
         {"OrganizationalUnit", "", impl::strings(subject.organizational_unit)},
         {"Locality", "", impl::strings(subject.locality)},
         {"Province", "", impl::strings(subject.province)},
         {"StreetAddress", "", impl::strings(subject.street_address)},
         {"PostalCode", "", impl::strings(subject.postal_code)},
         {"SerialNumber", "", subject.serial_number},
         {"CommonName", "", subject.common_name},
         {"Names", "", impl::slice(kAttributes, std::move(all))},
         {"ExtraNames", "", Value::nil_of(kAttributes)}},
        name.text());
}

Value extensions_value(const x509::Certificate& certificate) {
    tmpl::List items;
    for (const x509::Extension& extension : certificate.extensions) {
        items.push_back(
            impl::make_struct(kExtension, {{"Id", "", impl::oid_value(extension.id)},
                                           {"Critical", "", extension.critical},
                                           {"Value", "", Value::bytes(extension.value)}}));
    }
    return impl::slice(kExtensions, std::move(items));
}

Value time_value(SysSeconds time) {
    return tmpl::to_value(tmpl::Moment{.seconds = time.time_since_epoch().count()});
}

/// "10.0.0.0/8"; a mask with holes counts as long as it has ones.
std::vector<std::string> ranges(const std::vector<Bytes>& ips) {
    std::vector<std::string> texts;
    for (const Bytes& range : ips) {
        int ones = 0;
        for (const char octet : range.substr(range.size() / 2)) {
            ones += std::popcount(static_cast<unsigned char>(octet));
        }
        texts.push_back(fmt::format("{}/{}", format_ip(range.substr(0, range.size() / 2)), ones));
    }
    return texts;
}

void append(std::vector<Field>& fields, std::vector<Field> more) {
    fields.insert(fields.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

Value algorithm_value(const x509::Algorithm& algorithm) {
    for (const auto& [number, scheme] : kSchemeNumbers) {
        if (algorithm.scheme == scheme) {
            return Value::of(kSignatureAlgorithm, number);
        }
    }
    return Value::of(kSignatureAlgorithm, std::int64_t{0});
}

std::vector<Field> body(const x509::Certificate& certificate) {
    const Result<crypto::PublicKey> key = certificate.public_key();
    return {{"Raw", "", octets(certificate.der)},
            {"RawTBSCertificate", "", octets(certificate.tbs)},
            {"RawSubjectPublicKeyInfo", "", octets(certificate.spki)},
            {"RawSubject", "", octets(certificate.subject_der)},
            {"RawIssuer", "", octets(certificate.issuer_der)},
            {"Signature", "", octets(certificate.signature)},
            {"SignatureAlgorithm", "", algorithm_value(certificate.algorithm)},
            {"PublicKeyAlgorithm", "", key ? impl::key_algorithm(key->kind()) : Value::integer(0)},
            {"PublicKey", "", key ? impl::public_key_value(*key) : Value()},
            {"Version", "", Value::integer(certificate.version)},
            {"SerialNumber", "", impl::big_int(certificate.serial)},
            {"Issuer", "", name_value(certificate.issuer)},
            {"Subject", "", name_value(certificate.subject)},
            {"NotBefore", "", time_value(certificate.not_before)},
            {"NotAfter", "", time_value(certificate.not_after)},
            {"KeyUsage", "", Value::of(kKeyUsage, std::int64_t{certificate.key_usage.value_or(0)})},
            {"Extensions", "", extensions_value(certificate)},
            {"ExtraExtensions", "", Value::nil_of(kExtensions)}};
}

std::vector<Field> usages(const x509::Certificate& certificate) {
    tmpl::List known;
    std::vector<asn1::Oid> unknown;
    for (const asn1::Oid& usage :
         certificate.extended_key_usage.value_or(std::vector<asn1::Oid>())) {
        if (const auto number = extended_key_usage_number(usage)) {
            known.push_back(Value::of(kExtKeyUsage, std::int64_t{*number}));
        } else {
            unknown.push_back(usage);
        }
    }
    const auto& basic = certificate.basic_constraints;
    const bool limited = basic && basic->path_length;
    return {{"ExtKeyUsage", "", impl::slice(kExtKeyUsages, std::move(known))},
            {"UnknownExtKeyUsage", "", impl::oid_values(unknown)},
            {"BasicConstraintsValid", "", basic.has_value()},
            {"IsCA", "", certificate.is_ca()},
            {"MaxPathLen", "",
             Value::integer(limited ? std::int64_t{*basic->path_length} : (basic ? -1 : 0))},
            {"MaxPathLenZero", "", limited && *basic->path_length == 0}};
}

std::vector<Field> constraints(const x509::Certificate& certificate) {
    const x509::NameConstraints none{.critical = false};
    const x509::NameConstraints& all =
        certificate.name_constraints ? *certificate.name_constraints : none;
    return {{"PermittedDNSDomainsCritical", "", all.critical},
            {"PermittedDNSDomains", "", impl::strings(all.permitted.dns)},
            {"ExcludedDNSDomains", "", impl::strings(all.excluded.dns)},
            {"PermittedIPRanges", "", impl::strings(ranges(all.permitted.ips))},
            {"ExcludedIPRanges", "", impl::strings(ranges(all.excluded.ips))},
            {"PermittedEmailAddresses", "", impl::strings(all.permitted.emails)},
            {"ExcludedEmailAddresses", "", impl::strings(all.excluded.emails)},
            {"PermittedURIDomains", "", impl::strings(all.permitted.uris)},
            {"ExcludedURIDomains", "", impl::strings(all.excluded.uris)}};
}

std::vector<asn1::Oid> policies_of(const x509::Certificate& certificate) {
    std::vector<asn1::Oid> ids;
    const x509::Extension* extension = certificate.find(x509::oid::kCertificatePolicies);
    if (extension == nullptr) {
        return ids;
    }
    asn1::Reader outer(extension->value);
    auto list = outer.enter();
    while (list && !list->at_end()) {
        auto policy = list->enter();
        auto id = policy ? policy->read_oid() : Result<asn1::Oid>(policy.error());
        if (!id) {
            break;
        }
        ids.push_back(*std::move(id));
    }
    return ids;
}

Value make_certificate(const x509::Certificate& certificate) {
    const x509::Locations locations = x509::locations_of(certificate);
    std::vector<Field> fields = body(certificate);
    append(fields, usages(certificate));
    append(fields, {{"SubjectKeyId", "", octets(certificate.subject_key_id.value_or(Bytes()))},
                    {"AuthorityKeyId", "", octets(certificate.authority_key_id.value_or(Bytes()))},
                    {"OCSPServer", "", impl::strings(locations.ocsp)},
                    {"IssuingCertificateURL", "", impl::strings(locations.issuers)},
                    {"DNSNames", "", impl::strings(certificate.names.dns)},
                    {"EmailAddresses", "", impl::strings(certificate.names.emails)},
                    {"IPAddresses", "", impl::slice(kIps, impl::ip_values(certificate.names.ips))},
                    {"URIs", "", impl::slice(kUrls, impl::url_values(certificate.names.uris))}});
    append(fields, constraints(certificate));
    append(fields, {{"CRLDistributionPoints", "", impl::strings(locations.lists)},
                    {"PolicyIdentifiers", "", impl::oid_values(policies_of(certificate))},
                    {"Policies", "", impl::oid_values(policies_of(certificate))}});
    return impl::make_struct(kCertificate, std::move(fields));
}

}  // namespace

Value certificate_value(std::shared_ptr<const x509::Certificate> certificate) {
    return Value::lazy(
        [certificate = std::move(certificate)] { return make_certificate(*certificate); });
}

}  // namespace step::profile
