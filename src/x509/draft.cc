#include "x509/draft.h"

#include "asn1/writer.h"
#include "crypto/digest.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

using asn1::Tag;
using asn1::Writer;
using impl::kUriTag;

constexpr std::size_t kUsualSize = 512;  ///< Of a leaf without its names and key.
constexpr std::size_t kRoom = 128;       ///< Headers and an algorithm, that of RSA-PSS included.

/// True if `draft.extra` brings this extension, which then is not generated.
bool replaced(const Draft& draft, const asn1::Oid& id) {
    return std::ranges::any_of(draft.extra, [&](const Extension& e) { return e.id == id; });
}

/// An Extension whose value `write` appends.
template <class Write>
void extension(Writer& out, const asn1::Oid& id, bool critical, Write write) {
    const auto whole = out.begin(Tag::kSequence);
    out.oid(id);
    if (critical) {
        out.boolean(true);
    }
    const auto value = out.begin(Tag::kOctetString);
    write();
    out.end(value);
    out.end(whole);
}

void write_basic_constraints(Writer& out, const BasicConstraints& constraints) {
    const auto sequence = out.begin(Tag::kSequence);
    if (constraints.ca) {
        out.boolean(true);
    }
    if (constraints.path_length) {
        out.integer(*constraints.path_length);
    }
    out.end(sequence);
}

void write_extended_usage(Writer& out, const std::vector<asn1::Oid>& usages) {
    const auto sequence = out.begin(Tag::kSequence);
    for (const asn1::Oid& usage : usages) {
        out.oid(usage);
    }
    out.end(sequence);
}

void write_authority_key_id(Writer& out, ByteView key_id) {
    const auto sequence = out.begin(Tag::kSequence);
    out.element(asn1::context(0), key_id);
    out.end(sequence);
}

void write_subtree(Writer& out, unsigned kind, ByteView value) {
    const auto subtree = out.begin(Tag::kSequence);
    out.element(asn1::context(kind), value);
    out.end(subtree);
}

void write_subtrees(Writer& out, unsigned member, const AltNames& names) {
    if (names.empty()) {
        return;
    }
    const auto list = out.begin(asn1::context_constructed(member));
    for (const std::string& name : names.dns) {
        write_subtree(out, 2, name);
    }
    for (const Bytes& range : names.ips) {
        write_subtree(out, 7, range);
    }
    for (const std::string& name : names.emails) {
        write_subtree(out, 1, name);
    }
    for (const std::string& name : names.uris) {
        write_subtree(out, 6, name);
    }
    out.end(list);
}

void write_name_constraints(Writer& out, const NameConstraints& constraints) {
    const auto sequence = out.begin(Tag::kSequence);
    write_subtrees(out, 0, constraints.permitted);
    write_subtrees(out, 1, constraints.excluded);
    out.end(sequence);
}

void write_access(Writer& out, const asn1::Oid& method, const std::vector<std::string>& urls) {
    for (const std::string& url : urls) {
        const auto access = out.begin(Tag::kSequence);
        out.oid(method);
        out.element(kUriTag, url);
        out.end(access);
    }
}

/// RFC 5280 4.2.1.13: a point for each URL.
void write_distribution_points(Writer& out, const std::vector<std::string>& urls) {
    const auto list = out.begin(Tag::kSequence);
    for (const std::string& url : urls) {
        const auto point = out.begin(Tag::kSequence);
        const auto name = out.begin(asn1::context_constructed(0));
        const auto full_name = out.begin(asn1::context_constructed(0));
        out.element(kUriTag, url);
        out.end(full_name);
        out.end(name);
        out.end(point);
    }
    out.end(list);
}

void write_policies(Writer& out, const std::vector<asn1::Oid>& policies) {
    const auto list = out.begin(Tag::kSequence);
    for (const asn1::Oid& policy : policies) {
        const auto information = out.begin(Tag::kSequence);
        out.oid(policy);
        out.end(information);
    }
    out.end(list);
}

void write_usage(Writer& out, const Draft& draft) {
    if (draft.key_usage != 0 && !replaced(draft, oid::kKeyUsage)) {
        extension(out, oid::kKeyUsage, true, [&] { out.named_bits(draft.key_usage); });
    }
    if (!draft.extended_key_usage.empty() && !replaced(draft, oid::kExtendedKeyUsage)) {
        extension(out, oid::kExtendedKeyUsage, false,
                  [&] { write_extended_usage(out, draft.extended_key_usage); });
    }
    if (draft.basic_constraints && !replaced(draft, oid::kBasicConstraints)) {
        extension(out, oid::kBasicConstraints, true,
                  [&] { write_basic_constraints(out, *draft.basic_constraints); });
    }
}

void write_key_ids(Writer& out, const Draft& draft) {
    if (!draft.subject_key_id.empty() && !replaced(draft, oid::kSubjectKeyId)) {
        extension(out, oid::kSubjectKeyId, false, [&] { out.octets(draft.subject_key_id); });
    }
    if (!draft.authority_key_id.empty() && !replaced(draft, oid::kAuthorityKeyId)) {
        extension(out, oid::kAuthorityKeyId, false,
                  [&] { write_authority_key_id(out, draft.authority_key_id); });
    }
}

void write_extensions(Writer& out, const Draft& draft) {
    write_usage(out, draft);
    write_key_ids(out, draft);
    if (!(draft.ocsp_servers.empty() && draft.issuer_urls.empty()) &&
        !replaced(draft, oid::kAuthorityInfoAccess)) {
        extension(out, oid::kAuthorityInfoAccess, false, [&] {
            const auto list = out.begin(Tag::kSequence);
            write_access(out, oid::kOcspAccess, draft.ocsp_servers);
            write_access(out, oid::kIssuerAccess, draft.issuer_urls);
            out.end(list);
        });
    }
    if (!draft.names.empty() && !replaced(draft, oid::kSubjectAltName)) {
        const bool no_subject = draft.subject_der == std::string_view("\x30\x00", 2);
        extension(out, oid::kSubjectAltName, no_subject,
                  [&] { out.raw(encode_alt_names(draft.names)); });
    }
    if (!draft.policies.empty() && !replaced(draft, oid::kCertificatePolicies)) {
        extension(out, oid::kCertificatePolicies, false,
                  [&] { write_policies(out, draft.policies); });
    }
    if (draft.name_constraints && !replaced(draft, oid::kNameConstraints) &&
        !(draft.name_constraints->permitted.empty() && draft.name_constraints->excluded.empty())) {
        extension(out, oid::kNameConstraints, draft.name_constraints->critical,
                  [&] { write_name_constraints(out, *draft.name_constraints); });
    }
    if (!draft.crl_urls.empty() && !replaced(draft, oid::kCrlDistributionPoints)) {
        extension(out, oid::kCrlDistributionPoints, false,
                  [&] { write_distribution_points(out, draft.crl_urls); });
    }
    for (const Extension& extra : draft.extra) {
        extension(out, extra.id, extra.critical, [&] { out.raw(extra.value); });
    }
}

bool has_extensions(const Draft& draft) {
    return draft.key_usage != 0 || !draft.extended_key_usage.empty() || draft.basic_constraints ||
           !draft.subject_key_id.empty() || !draft.authority_key_id.empty() ||
           !draft.names.empty() || draft.name_constraints || !draft.ocsp_servers.empty() ||
           !draft.issuer_urls.empty() || !draft.policies.empty() || !draft.crl_urls.empty() ||
           !draft.extra.empty();
}

}  // namespace

Bytes key_id(const crypto::PublicKey& key) {
    return crypto::sha1(key.key_bits());
}

std::vector<Extension> usage_extensions(const Draft& draft) {
    std::vector<Extension> extensions;
    if (draft.basic_constraints && !replaced(draft, oid::kBasicConstraints)) {
        Writer out;
        write_basic_constraints(out, *draft.basic_constraints);
        extensions.push_back(
            {.id = oid::kBasicConstraints, .critical = true, .value = std::move(out).take()});
    }
    if (!draft.extended_key_usage.empty() && !replaced(draft, oid::kExtendedKeyUsage)) {
        Writer out;
        write_extended_usage(out, draft.extended_key_usage);
        extensions.push_back({.id = oid::kExtendedKeyUsage, .value = std::move(out).take()});
    }
    if (draft.key_usage != 0 && !replaced(draft, oid::kKeyUsage)) {
        Writer out;
        out.named_bits(draft.key_usage);
        extensions.push_back(
            {.id = oid::kKeyUsage, .critical = true, .value = std::move(out).take()});
    }
    return extensions;
}

Bytes encode_tbs(const Draft& draft, ByteView serial, ByteView issuer_der,
                 crypto::SignatureScheme scheme) {
    // More than a usual leaf needs, so that nothing is copied.
    Writer out(kUsualSize + issuer_der.size() + draft.subject_der.size() + draft.spki.size());
    const auto tbs = out.begin(Tag::kSequence);
    out.raw(std::string_view("\xa0\x03\x02\x01\x02", 5));  // [0] version v3
    out.unsigned_integer(serial);
    out.raw(encode_algorithm(scheme));
    out.raw(issuer_der);
    const auto validity = out.begin(Tag::kSequence);
    out.time(draft.not_before);
    out.time(draft.not_after);
    out.end(validity);
    out.raw(draft.subject_der);
    out.raw(draft.spki);
    if (has_extensions(draft)) {
        const auto field = out.begin(asn1::context_constructed(3));
        const auto list = out.begin(Tag::kSequence);
        write_extensions(out, draft);
        out.end(list);
        out.end(field);
    }
    out.end(tbs);
    return std::move(out).take();
}

Bytes assemble(ByteView tbs, crypto::SignatureScheme scheme, ByteView signature) {
    Writer out(tbs.size() + signature.size() + kRoom);
    const auto certificate = out.begin(Tag::kSequence);
    out.raw(tbs);
    out.raw(encode_algorithm(scheme));
    out.bits(signature);
    out.end(certificate);
    return std::move(out).take();
}

Result<Bytes> sign_draft(const Draft& draft, ByteView serial, ByteView issuer_der,
                         const crypto::PrivateKey& issuer_key, crypto::SignatureScheme scheme) {
    const Bytes tbs = encode_tbs(draft, serial, issuer_der, scheme);
    STEP_ASSIGN(const Bytes signature, issuer_key.sign(scheme, tbs));
    return assemble(tbs, scheme, signature);
}

Bytes encode_authority_key_id(ByteView key_id) {
    Writer out;
    write_authority_key_id(out, key_id);
    return std::move(out).take();
}

Bytes encode_subject_key_id(ByteView key_id) {
    Writer out;
    out.octets(key_id);
    return std::move(out).take();
}

}  // namespace step::x509
