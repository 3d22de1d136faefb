#include "base/ip.h"
#include "base/text.h"
#include "json/decode.h"
#include "profile/decode_impl.h"
#include "profile/usages.h"

namespace step::profile {
namespace {

using impl::cannot_unmarshal;
using impl::check_ascii;
using impl::get;
using impl::kBadOid;
using impl::mistake;
using impl::NameParts;
using impl::parse_oid;
using impl::read_alt_names;
using impl::read_flag;
using impl::read_list;
using impl::read_name;
using impl::read_name_constraints;
using impl::read_octets;
using impl::read_oid;
using impl::read_string;
using impl::read_strings;
using impl::read_time;
using impl::unfit;
using impl::wrap;

namespace usage = x509::key_usage;
constexpr std::pair<std::string_view, std::uint32_t> kKeyUsages[] = {
    {"digitalsignature", usage::kDigitalSignature},
    {"contentcommitment", usage::kContentCommitment},
    {"nonrepudiation", usage::kContentCommitment},
    {"keyencipherment", usage::kKeyEncipherment},
    {"dataencipherment", usage::kDataEncipherment},
    {"keyagreement", usage::kKeyAgreement},
    {"certsign", usage::kCertSign},
    {"crlsign", usage::kCrlSign},
    {"encipheronly", usage::kEncipherOnly},
    {"decipheronly", usage::kDecipherOnly}};

constexpr std::pair<std::string_view, crypto::SignatureScheme> kSchemes[] = {
    {"SHA1-RSA", crypto::SignatureScheme::kRsaSha1},
    {"SHA256-RSA", crypto::SignatureScheme::kRsaSha256},
    {"SHA384-RSA", crypto::SignatureScheme::kRsaSha384},
    {"SHA512-RSA", crypto::SignatureScheme::kRsaSha512},
    {"SHA256-RSAPSS", crypto::SignatureScheme::kRsaPssSha256},
    {"SHA384-RSAPSS", crypto::SignatureScheme::kRsaPssSha384},
    {"SHA512-RSAPSS", crypto::SignatureScheme::kRsaPssSha512},
    {"ECDSA-SHA1", crypto::SignatureScheme::kEcdsaSha1},
    {"ECDSA-SHA256", crypto::SignatureScheme::kEcdsaSha256},
    {"ECDSA-SHA384", crypto::SignatureScheme::kEcdsaSha384},
    {"ECDSA-SHA512", crypto::SignatureScheme::kEcdsaSha512},
    {"Ed25519", crypto::SignatureScheme::kEd25519}};

/// What the original reads and Go then does not sign with.
constexpr std::pair<std::string_view, std::string_view> kDeadSchemes[] = {
    {"MD2-RSA", "x509: unknown SignatureAlgorithm"},
    {"MD5-RSA", "x509: signing with MD5 is not supported"},
    {"DSA-SHA1", "x509: requested SignatureAlgorithm does not match private key type"},
    {"DSA-SHA256", "x509: requested SignatureAlgorithm does not match private key type"}};

/// Names of usages compare without case and underscores.
std::string folded(std::string_view name) {
    std::string text = to_lower(name);
    std::erase(text, '_');
    return text;
}

Result<std::uint32_t> read_key_usage(const json::Value& value) {
    STEP_ASSIGN(const std::vector<std::string> names, read_list(value));
    std::uint32_t bits = 0;
    for (const std::string& name : names) {
        const auto* known = std::ranges::find(kKeyUsages, folded(name),
                                              &std::pair<std::string_view, std::uint32_t>::first);
        if (known == std::end(kKeyUsages)) {
            return mistake(value, "unsupported keyUsage " + name);
        }
        bits |= known->second;
    }
    return bits;
}

Result<std::vector<asn1::Oid>> read_extended_key_usage(const json::Value& value) {
    STEP_ASSIGN(const std::vector<std::string> names, read_list(value));
    std::vector<asn1::Oid> usages;
    for (const std::string& name : names) {
        const std::optional<asn1::Oid> known = extended_key_usage(name);
        if (!known) {
            return mistake(value, "unsupported extKeyUsage " + name);
        }
        usages.push_back(*known);
    }
    return usages;
}

Result<std::vector<asn1::Oid>> read_unknown_usage(const json::Value& value) {
    std::vector<asn1::Oid> usages;
    auto names = read_list(value);
    if (!names) {
        return wrap(std::move(names).error());
    }
    for (const std::string& name : *names) {
        Result<asn1::Oid> oid = parse_oid(value, name);
        if (!oid) {
            return oid.error().has_reason(kBadOutput) ? wrap(oid.error()) : oid.error();
        }
        if (*oid == asn1::Oid()) {
            return unfit(value, "error creating certificate: " + std::string(kBadOid));
        }
        usages.push_back(*std::move(oid));
    }
    return usages;
}

Result<std::vector<asn1::Oid>> read_policies(const json::Value& value) {
    auto names = read_list(value);
    if (!names) {
        return wrap(std::move(names).error());
    }
    std::vector<asn1::Oid> policies;
    for (const std::string& name : *names) {
        Result<asn1::Oid> oid = asn1::Oid::from_text(name);
        if (!oid) {
            return wrap(mistake(value, "invalid oid"));
        }
        policies.push_back(*std::move(oid));
    }
    return policies;
}

Result<std::vector<std::string>> read_urls(const json::Value& value) {
    STEP_ASSIGN(std::vector<std::string> urls, read_list(value));
    for (const std::string& url : urls) {
        STEP_TRY(check_ascii(value, url));
    }
    return urls;
}

/// An int; null and absent: 0.
Result<std::int64_t> read_integer(const json::Value& object, std::string_view name,
                                  std::string_view into) {
    const json::Value* given = object.find(name);
    if (given == nullptr || given->is_null()) {
        return 0;
    }
    const json::Number* number = given->as_number();
    const auto exact = number == nullptr ? std::nullopt : json::to_int64(*number);
    if (!exact) {
        return mistake(
            *given, fmt::format("json: cannot unmarshal {}{} into Go struct field {} of "
                                "type int",
                                given->kind(), number == nullptr ? "" : " " + number->text, into));
    }
    return *exact;
}

Result<std::optional<x509::BasicConstraints>> read_basic_constraints(const json::Value& value) {
    std::optional<x509::BasicConstraints> constraints;
    if (value.is_null()) {
        return constraints;
    }
    if (value.as_object() == nullptr) {
        return cannot_unmarshal(
            value,
            "Go struct field Certificate.basicConstraints of type x509util.BasicConstraints");
    }
    constraints.emplace();
    STEP_TRY(get(value, "isCA", constraints->ca, [](const json::Value& flag) {
        return read_flag(flag,
                         "Go struct field BasicConstraints.basicConstraints.isCA of type bool");
    }));
    STEP_ASSIGN(const std::int64_t length,
                read_integer(value, "maxPathLen", "BasicConstraints.basicConstraints.maxPathLen"));
    if (constraints->ca && length >= 0) {
        constraints->path_length =
            static_cast<std::uint32_t>(std::min<std::int64_t>(length, INT32_MAX));
    }
    return constraints;
}

/// Go's net.ParseCIDR: address, masked, and mask.
std::optional<Bytes> parse_range(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    std::optional<Bytes> ip = parse_ip(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    if (!ip || digits.empty() || digits.size() > 3 ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    if (ip->size() == 4 && text.find(':') < slash) {
        ip->insert(0, std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12));
    }
    std::size_t length = 0;
    for (const char digit : digits) {
        length = length * 10 + static_cast<std::size_t>(digit - '0');
    }
    if (length > ip->size() * 8) {
        return std::nullopt;
    }
    Bytes mask;
    for (std::size_t i = 0; i < ip->size(); ++i) {
        const std::size_t bits = std::min<std::size_t>(8, length - std::min(length, i * 8));
        mask += static_cast<char>(0xff00U >> bits);
        (*ip)[i] = static_cast<char>((*ip)[i] & mask[i]);
    }
    return *ip + mask;
}

Result<std::vector<Bytes>> read_ranges(const json::Value& value) {
    STEP_ASSIGN(const std::vector<std::string> texts, read_list(value));
    std::vector<Bytes> ranges;
    for (const std::string& text : texts) {
        const std::optional<Bytes> range = parse_range(text);
        if (!range) {
            return wrap(mistake(value, "invalid CIDR address: " + text));
        }
        ranges.push_back(*range);
    }
    return ranges;
}

/// Constraint strings, which are IA5Strings.
Result<std::vector<std::string>> read_domains(const json::Value& value) {
    STEP_ASSIGN(std::vector<std::string> domains, read_strings(value));
    for (const std::string& domain : domains) {
        STEP_TRY(check_ascii(value, domain));
    }
    return domains;
}

Result<std::optional<Bytes>> read_serial(const json::Value& value) {
    if (value.is_null()) {
        return std::optional<Bytes>();
    }
    std::string text;
    if (const std::string* given = value.as_string()) {
        text = *given;
    } else if (value.as_number() != nullptr && json::to_int64(*value.as_number())) {
        text = std::to_string(*json::to_int64(*value.as_number()));
    } else {
        return wrap(mistake(
            value, fmt::format("json: cannot unmarshal {}{} into Go value of type "
                               "int64",
                               value.kind(),
                               value.as_number() == nullptr ? "" : " " + value.as_number()->text)));
    }
    Result<Bytes> contents = x509::parse_serial(text);
    if (!contents) {
        return wrap(mistake(value, fmt::format("serialNumber {} is not valid", text)));
    }
    constexpr std::size_t kMaxSerial = 20;
    if (((*contents)[0] & '\x80') != 0 || contents->size() > kMaxSerial ||
        *contents == std::string_view("\0", 1)) {
        return unfit(value,
                     "error creating certificate: x509: serial number must be positive and at "
                     "most 20 octets long");
    }
    contents->erase(0, contents->find_first_not_of('\0'));
    return std::optional(*std::move(contents));
}

Result<std::optional<crypto::SignatureScheme>> read_scheme(const json::Value& value) {
    std::optional<crypto::SignatureScheme> scheme;
    Result<std::string> name = read_string(value, "Go value of type string");
    if (!name) {
        return wrap(std::move(name).error());
    }
    if (name->empty()) {
        return scheme;
    }
    for (const auto& [known, its] : kSchemes) {
        if (equal_fold(known, *name)) {
            return std::optional(its);
        }
    }
    for (const auto& [dead, why] : kDeadSchemes) {
        if (equal_fold(dead, *name)) {
            return unfit(value, "error creating certificate: " + std::string(why));
        }
    }
    return mistake(value, "unsupported signatureAlgorithm " + *name);
}

Result<x509::Extension> read_extension(const json::Value& value) {
    if (value.as_object() == nullptr && !value.is_null()) {
        return cannot_unmarshal(
            value, "Go struct field Certificate.extensions of type x509util.Extension");
    }
    x509::Extension extension;
    STEP_TRY(get(value, "id", extension.id, read_oid));
    if (extension.id == asn1::Oid()) {
        return unfit(value, "error creating certificate: an extension has no id");
    }
    STEP_TRY(get(value, "critical", extension.critical, [](const json::Value& flag) {
        return read_flag(flag, "Go struct field Extension.extensions.critical of type bool");
    }));
    STEP_TRY(get(value, "value", extension.value, [](const json::Value& octets) {
        return read_octets(octets, "Go struct field Extension.extensions.value of type []uint8");
    }));
    return extension;
}

Result<std::vector<x509::Extension>> read_extensions(const json::Value& value) {
    std::vector<x509::Extension> extensions;
    if (value.is_null()) {
        return extensions;
    }
    if (value.as_array() == nullptr) {
        return cannot_unmarshal(value,
                                "Go struct field Certificate.extensions of type "
                                "[]x509util.Extension");
    }
    for (const json::Value& element : *value.as_array()) {
        STEP_ASSIGN(x509::Extension extension, read_extension(element));
        for (const x509::Extension& other : extensions) {
            if (other.id == extension.id) {
                return unfit(element, fmt::format("error parsing certificate: x509: certificate "
                                                  "contains duplicate extension with OID {}",
                                                  quote(extension.id.text())));
            }
        }
        extensions.push_back(std::move(extension));
    }
    return extensions;
}

Result<Bytes> read_subject_key_id(const json::Value& value) {
    return read_octets(value,
                       "Go struct field Certificate.subjectKeyId of type x509util.SubjectKeyID");
}

Result<Bytes> read_authority_key_id(const json::Value& value) {
    return read_octets(
        value, "Go struct field Certificate.authorityKeyId of type x509util.AuthorityKeyID");
}

Status read_subject(const json::Value& certificate, CertificatePlan& plan) {
    NameParts name;
    STEP_TRY(get(certificate, "subject", name, read_name));
    plan.subject = std::move(name.subject);
    plan.extra_names = std::move(name.extra);
    STEP_TRY(get(certificate, "issuer", name, read_name));  // Has no effect, but must be right.
    const json::Value* raw = certificate.find("rawSubject");
    if (raw == nullptr) {
        return ok();
    }
    STEP_ASSIGN(plan.raw_subject,
                read_octets(*raw, "Go struct field Certificate.rawSubject of type []uint8"));
    if (plan.raw_subject.empty()) {
        return ok();
    }
    const Result<x509::Name> parsed = x509::parse_name(plan.raw_subject);
    return parsed ? ok()
                  : Status(unfit(*raw, "error parsing certificate: " + parsed.error().detail));
}

Status read_usages(const json::Value& certificate, CertificatePlan& plan) {
    STEP_TRY(get(certificate, "keyUsage", plan.key_usage, read_key_usage));
    std::vector<asn1::Oid> unknown;
    STEP_TRY(get(certificate, "extKeyUsage", plan.extended_key_usage, read_extended_key_usage));
    STEP_TRY(get(certificate, "unknownExtKeyUsage", unknown, read_unknown_usage));
    plan.extended_key_usage.insert(plan.extended_key_usage.end(), unknown.begin(), unknown.end());
    return ok();
}

Result<CertificatePlan> read_certificate(const json::Value& value) {
    CertificatePlan plan;
    if (value.is_null()) {
        return plan;
    }
    if (value.as_object() == nullptr) {
        return cannot_unmarshal(value, "Go value of type x509util.Certificate");
    }
    STEP_TRY(read_integer(value, "version", "Certificate.version"));  // Has no effect either.
    STEP_TRY(read_subject(value, plan));
    STEP_TRY(get(value, "serialNumber", plan.serial, read_serial));
    STEP_TRY(get(value, "extensions", plan.extensions, read_extensions));
    STEP_TRY(read_alt_names(value, plan));
    STEP_TRY(get(value, "notBefore", plan.not_before, read_time));
    STEP_TRY(get(value, "notAfter", plan.not_after, read_time));
    STEP_TRY(read_usages(value, plan));
    STEP_TRY(get(value, "subjectKeyId", plan.subject_key_id, read_subject_key_id));
    STEP_TRY(get(value, "authorityKeyId", plan.authority_key_id, read_authority_key_id));
    STEP_TRY(get(value, "ocspServer", plan.ocsp_servers, read_urls));
    STEP_TRY(get(value, "issuingCertificateURL", plan.issuer_urls, read_urls));
    STEP_TRY(get(value, "crlDistributionPoints", plan.crl_urls, read_urls));
    STEP_TRY(get(value, "policyIdentifiers", plan.policies, read_policies));
    STEP_TRY(get(value, "basicConstraints", plan.basic_constraints, read_basic_constraints));
    if (const json::Value* constraints = value.find("nameConstraints");
        constraints != nullptr && !constraints->is_null()) {
        STEP_ASSIGN(plan.name_constraints, read_name_constraints(*constraints));
    }
    STEP_TRY(get(value, "signatureAlgorithm", plan.scheme, read_scheme));
    return plan;
}

}  // namespace

std::string_view impl::scheme_name(crypto::SignatureScheme scheme) {
    const auto* found = std::ranges::find(
        kSchemes, scheme, &std::pair<std::string_view, crypto::SignatureScheme>::second);
    return found == std::end(kSchemes) ? "" : found->first;
}

Result<x509::NameConstraints> impl::read_name_constraints(const json::Value& value) {
    if (value.as_object() == nullptr) {
        return cannot_unmarshal(
            value, "Go struct field Certificate.nameConstraints of type x509util.NameConstraints");
    }
    x509::NameConstraints constraints;
    constraints.critical = false;
    STEP_TRY(get(value, "critical", constraints.critical, [](const json::Value& flag) {
        return read_flag(flag,
                         "Go struct field NameConstraints.nameConstraints.critical of type bool");
    }));
    x509::AltNames &may = constraints.permitted, &may_not = constraints.excluded;
    STEP_TRY(get(value, "permittedDNSDomains", may.dns, read_domains));
    STEP_TRY(get(value, "excludedDNSDomains", may_not.dns, read_domains));
    STEP_TRY(get(value, "permittedIPRanges", may.ips, read_ranges));
    STEP_TRY(get(value, "excludedIPRanges", may_not.ips, read_ranges));
    STEP_TRY(get(value, "permittedEmailAddresses", may.emails, read_domains));
    STEP_TRY(get(value, "excludedEmailAddresses", may_not.emails, read_domains));
    STEP_TRY(get(value, "permittedURIDomains", may.uris, read_domains));
    STEP_TRY(get(value, "excludedURIDomains", may_not.uris, read_domains));
    return constraints;
}

Result<CertificatePlan> decode_certificate(std::string_view json) {
    Result<json::Value> value = impl::parse_output(json);
    if (!value) {
        return impl::show(std::move(value).error(), json);
    }
    Result<CertificatePlan> plan = read_certificate(*value);
    if (!plan) {
        return impl::show(std::move(plan).error(), json);
    }
    STEP_TRY(impl::check_certificate(*plan));
    return plan;
}

}  // namespace step::profile
