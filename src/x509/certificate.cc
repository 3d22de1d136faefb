#include "x509/certificate.h"

#include "base/pem.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

using asn1::Reader;
using asn1::Tag;
using impl::malformed;
using impl::said;

constexpr std::size_t kMaxSerial = 1024;
constexpr std::size_t kMaxExtensions = 1000;

Status read_version(Reader& tbs, Certificate& certificate) {
    certificate.version = 1;
    if (!tbs.next_is(asn1::context_constructed(0))) {
        return ok();
    }
    STEP_ASSIGN(Reader field,
                said(tbs.enter(asn1::context_constructed(0)), "x509: malformed version"));
    STEP_ASSIGN(const std::int64_t version,
                said(field.read_small_integer(), "x509: malformed version"));
    STEP_TRY(said(field.finish(), "x509: malformed version"));
    if (version < 0 || version > 2) {
        return malformed(version < 0 ? "x509: malformed version" : "x509: invalid version");
    }
    certificate.version = static_cast<int>(version) + 1;
    return ok();
}

Status read_serial(Reader& tbs, Certificate& certificate) {
    STEP_ASSIGN(const ByteView serial, said(tbs.read_integer(), "x509: malformed serial number"));
    if (static_cast<signed char>(serial[0]) < 0) {
        return malformed("x509: negative serial number");
    }
    if (serial.size() > kMaxSerial) {
        return malformed("x509: serial number too long");
    }
    certificate.serial = serial;
    return ok();
}

Status read_name(Reader& tbs, Bytes& der, Name& name, std::string_view what) {
    STEP_ASSIGN(const Reader::Element element, said(tbs.read_any(), what));
    der = element.whole;
    STEP_ASSIGN(name, parse_name(element.whole));
    return ok();
}

Status read_validity(Reader& tbs, Certificate& certificate) {
    STEP_ASSIGN(Reader validity, said(tbs.enter(), "x509: malformed validity"));
    STEP_ASSIGN(certificate.not_before, said(validity.read_time(), "x509: malformed validity"));
    STEP_ASSIGN(certificate.not_after, said(validity.read_time(), "x509: malformed validity"));
    return said(validity.finish(), "x509: malformed validity");
}

Status read_extensions(Reader& tbs, Certificate& certificate) {
    constexpr std::string_view kBad = "x509: malformed extensions";
    if (certificate.version < 3 || !tbs.next_is(asn1::context_constructed(3))) {
        return ok();
    }
    STEP_ASSIGN(Reader field, said(tbs.enter(asn1::context_constructed(3)), kBad));
    STEP_ASSIGN(Reader list, said(field.enter(), kBad));
    STEP_TRY(said(field.finish(), kBad));
    certificate.extensions.reserve(10);
    while (!list.at_end()) {
        Extension extension;
        STEP_TRY(impl::read_extension(list, extension));
        if (certificate.find(extension.id) != nullptr) {
            return malformed("x509: certificate contains duplicate extension with OID \"" +
                             extension.id.text() + "\"");
        }
        // Bounds the search for duplicates.
        if (certificate.extensions.size() >= kMaxExtensions) {
            return malformed("x509: too many extensions");
        }
        certificate.extensions.push_back(std::move(extension));
    }
    return impl::decode_extensions(certificate);
}

Status read_tbs(Reader tbs, Certificate& certificate) {
    STEP_TRY(read_version(tbs, certificate));
    STEP_TRY(read_serial(tbs, certificate));
    STEP_ASSIGN(certificate.algorithm, impl::read_algorithm(tbs));
    STEP_TRY(read_name(tbs, certificate.issuer_der, certificate.issuer, "x509: malformed issuer"));
    STEP_TRY(read_validity(tbs, certificate));
    STEP_TRY(
        read_name(tbs, certificate.subject_der, certificate.subject, "x509: malformed issuer"));
    STEP_ASSIGN(const Reader::Element spki, said(tbs.read_any(), "x509: malformed spki"));
    certificate.spki = spki.whole;
    STEP_TRY(impl::check_spki(spki.whole));
    if (certificate.version > 1) {
        STEP_TRY(said(tbs.read_optional(asn1::context(1)), "x509: malformed issuerUniqueID"));
        STEP_TRY(said(tbs.read_optional(asn1::context(2)), "x509: malformed subjectUniqueID"));
    }
    STEP_TRY(read_extensions(tbs, certificate));
    return said(tbs.finish(), "x509: malformed tbs certificate");
}

}  // namespace

const Extension* Certificate::find(const asn1::Oid& id) const {
    const auto found = std::ranges::find(extensions, id, &Extension::id);
    return found == extensions.end() ? nullptr : &*found;
}

Result<crypto::PublicKey> Certificate::public_key() const {
    return crypto::PublicKey::from_spki(spki);
}

Result<Certificate> parse_certificate(ByteView der) {
    Reader outer(der);
    STEP_ASSIGN(Reader reader, said(outer.enter(), "x509: malformed certificate"));
    STEP_TRY(said(outer.finish(), "x509: trailing data"));

    STEP_ASSIGN(const Reader::Element tbs,
                said(reader.read_any(), "x509: malformed tbs certificate"));
    if (tbs.tag != Tag::kSequence) {
        return malformed("x509: malformed tbs certificate");
    }
    Result<Certificate> result{Certificate()};
    Certificate& certificate = *result;
    certificate.der = der;
    certificate.tbs = tbs.whole;
    STEP_TRY(read_tbs(Reader(tbs.contents), certificate));

    STEP_ASSIGN(const Reader::Element algorithm,
                said(reader.read_any(), "x509: malformed algorithm identifier"));
    if (algorithm.whole != certificate.algorithm.der) {
        return malformed("x509: inner and outer signature algorithm identifiers don't match");
    }
    STEP_ASSIGN(const ByteView signature, said(reader.read_bits(), "x509: malformed signature"));
    STEP_TRY(said(reader.finish(), "x509: trailing data"));
    certificate.signature = signature;
    return result;
}

Result<std::vector<Certificate>> parse_certificates_pem(std::string_view pem) {
    std::vector<Certificate> certificates;
    while (std::optional<PemStep> step = next_pem(pem)) {
        pem.remove_prefix(step->rest);
        if (step->block.type != "CERTIFICATE") {
            continue;
        }
        STEP_ASSIGN(Certificate certificate, parse_certificate(step->block.bytes));
        certificates.push_back(std::move(certificate));
    }
    if (certificates.empty()) {
        return malformed("no PEM certificate found");
    }
    return certificates;
}

std::string encode_certificate_pem(ByteView der) {
    return encode_pem("CERTIFICATE", der);
}

Status check_signature(const Certificate& certificate, const crypto::PublicKey& issuer_key) {
    if (!certificate.algorithm.scheme) {
        return Error{.code = Code::kUnauthenticated,
                     .detail = "x509: cannot verify signature: algorithm unimplemented"};
    }
    return issuer_key.verify(*certificate.algorithm.scheme, certificate.tbs, certificate.signature);
}

}  // namespace step::x509
