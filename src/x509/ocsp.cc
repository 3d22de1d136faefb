#include "x509/ocsp.h"

#include <fmt/format.h>

#include "asn1/writer.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "x509/parse_impl.h"
#include "x509/signed_impl.h"

namespace step::x509 {
namespace {

using asn1::Reader;
using asn1::Tag;
using impl::malformed;
using impl::refused;
using impl::said;

constexpr std::size_t kMaxSingles = 1000, kMaxCertificates = 10;
constexpr std::chrono::minutes kSkew{5};
constexpr std::chrono::hours kLifeWithoutNextUpdate{24};
constexpr std::string_view kBad = "ocsp: malformed response";

/// The octets of the key that a key hash is made of: the BIT STRING's contents.
Bytes key_bits(const Certificate& certificate) {
    Reader outer(certificate.spki);
    auto fields = outer.enter();
    if (!fields || !fields->read_any()) {
        return {};
    }
    const auto bits = fields->read_bits();
    return bits ? Bytes(*bits) : Bytes();
}

std::optional<crypto::Hash> hash_of(const asn1::Oid& id) {
    using crypto::Hash;
    constexpr std::pair<std::string_view, Hash> kHashes[] = {
        {"1.3.14.3.2.26", Hash::kSha1},
        {"2.16.840.1.101.3.4.2.1", Hash::kSha256},
        {"2.16.840.1.101.3.4.2.2", Hash::kSha384},
        {"2.16.840.1.101.3.4.2.3", Hash::kSha512}};
    for (const auto& [oid, hash] : kHashes) {
        if (id.text() == oid) {
            return hash;
        }
    }
    return std::nullopt;
}

/// True if `id` means this certificate, whatever hash it was made with.
bool is_meant(const CertId& id, const Certificate& certificate, const Certificate& issuer) {
    const std::optional<crypto::Hash> hash = hash_of(id.hash);
    return hash && id.serial == certificate.serial &&
           id.issuer_name_hash == crypto::digest(*hash, certificate.issuer_der) &&
           id.issuer_key_hash == crypto::digest(*hash, key_bits(issuer));
}

Result<CertId> read_cert_id(Reader& reader) {
    STEP_ASSIGN(Reader fields, said(reader.enter(), kBad));
    STEP_ASSIGN(Reader algorithm, said(fields.enter(), kBad));
    CertId id;
    STEP_ASSIGN(id.hash, said(algorithm.read_oid(), kBad));
    STEP_ASSIGN(const ByteView name, said(fields.read(Tag::kOctetString), kBad));
    STEP_ASSIGN(const ByteView key, said(fields.read(Tag::kOctetString), kBad));
    STEP_ASSIGN(const ByteView serial, said(fields.read_integer(), kBad));
    STEP_TRY(said(fields.finish(), kBad));
    id.issuer_name_hash = name;
    id.issuer_key_hash = key;
    id.serial = serial;
    return id;
}

/// RFC 6960 knows GeneralizedTime only.
Result<SysSeconds> read_time(Reader& reader) {
    if (!reader.next_is(Tag::kGeneralizedTime)) {
        return malformed(kBad);
    }
    return said(reader.read_time(), kBad);
}

Status read_revoked(ByteView contents, OcspSingle& single) {
    Reader fields(contents);
    STEP_ASSIGN(single.revoked_at, read_time(fields));
    if (fields.next_is(asn1::context_constructed(0))) {
        STEP_ASSIGN(Reader field, said(fields.enter(asn1::context_constructed(0)), kBad));
        STEP_ASSIGN(const ByteView reason, said(field.read(Tag::kEnumerated), kBad));
        STEP_TRY(said(field.finish(), kBad));
        if (reason.size() != 1) {
            return malformed(kBad);
        }
        single.reason = static_cast<signed char>(reason.front());
    }
    return said(fields.finish(), kBad);
}

/// Extensions inside [1] EXPLICIT; none is evaluated, so a critical one is remembered.
Status read_extensions(Reader& reader, bool& critical) {
    if (!reader.next_is(asn1::context_constructed(1))) {
        return ok();
    }
    STEP_ASSIGN(Reader field, said(reader.enter(asn1::context_constructed(1)), kBad));
    STEP_ASSIGN(Reader list, said(field.enter(), kBad));
    STEP_TRY(said(field.finish(), kBad));
    while (!list.at_end()) {
        Extension extension;
        STEP_TRY(said(impl::read_extension(list, extension), kBad));
        critical |= extension.critical;
    }
    return ok();
}

Status read_single(Reader& list, OcspResponse& response) {
    STEP_ASSIGN(Reader fields, said(list.enter(), kBad));
    OcspSingle single;
    STEP_ASSIGN(single.id, read_cert_id(fields));
    STEP_ASSIGN(const Reader::Element status, said(fields.read_any(), kBad));
    if (status.tag == asn1::context(0) && status.contents.empty()) {
        single.status = OcspStatus::kGood;
    } else if (status.tag == asn1::context_constructed(1)) {
        single.status = OcspStatus::kRevoked;
        STEP_TRY(read_revoked(status.contents, single));
    } else if (status.tag != asn1::context(2) || !status.contents.empty()) {
        return malformed(kBad);
    }
    STEP_ASSIGN(single.this_update, read_time(fields));
    if (fields.next_is(asn1::context_constructed(0))) {
        STEP_ASSIGN(Reader field, said(fields.enter(asn1::context_constructed(0)), kBad));
        STEP_ASSIGN(single.next_update, read_time(field));
        STEP_TRY(said(field.finish(), kBad));
    }
    STEP_TRY(read_extensions(fields, response.unhandled_critical));
    STEP_TRY(said(fields.finish(), kBad));
    response.singles.push_back(std::move(single));
    return ok();
}

Status read_responder(Reader& reader, OcspResponse& response) {
    if (reader.next_is(asn1::context_constructed(1))) {
        STEP_ASSIGN(Reader field, said(reader.enter(asn1::context_constructed(1)), kBad));
        STEP_ASSIGN(const Reader::Element name, said(field.read_any(), kBad));
        response.responder_name = name.whole;
        return said(field.finish(), kBad);
    }
    STEP_ASSIGN(Reader field, said(reader.enter(asn1::context_constructed(2)), kBad));
    STEP_ASSIGN(const ByteView hash, said(field.read(Tag::kOctetString), kBad));
    response.responder_key_hash = hash;
    return said(field.finish(), kBad);
}

Status read_response_data(Reader fields, OcspResponse& response) {
    if (fields.next_is(asn1::context_constructed(0))) {
        STEP_ASSIGN(Reader field, said(fields.enter(asn1::context_constructed(0)), kBad));
        STEP_ASSIGN(const std::int64_t version, said(field.read_small_integer(), kBad));
        STEP_TRY(said(field.finish(), kBad));
        if (version != 0) {
            return malformed("ocsp: unsupported version of response");
        }
    }
    STEP_TRY(read_responder(fields, response));
    STEP_ASSIGN(response.produced_at, read_time(fields));
    STEP_ASSIGN(Reader list, said(fields.enter(), kBad));
    while (!list.at_end()) {
        if (response.singles.size() >= kMaxSingles) {
            return malformed("ocsp: too many answers in one response");
        }
        STEP_TRY(read_single(list, response));
    }
    STEP_TRY(read_extensions(fields, response.unhandled_critical));
    return said(fields.finish(), kBad);
}

Status read_certificates(Reader& basic, OcspResponse& response) {
    if (!basic.next_is(asn1::context_constructed(0))) {
        return ok();
    }
    STEP_ASSIGN(Reader field, said(basic.enter(asn1::context_constructed(0)), kBad));
    STEP_ASSIGN(Reader list, said(field.enter(), kBad));
    STEP_TRY(said(field.finish(), kBad));
    while (!list.at_end()) {
        if (response.certificates.size() >= kMaxCertificates) {
            return malformed("ocsp: too many certificates in one response");
        }
        STEP_ASSIGN(const Reader::Element element, said(list.read_any(), kBad));
        STEP_ASSIGN(Certificate certificate, parse_certificate(element.whole));
        response.certificates.push_back(std::move(certificate));
    }
    return ok();
}

Result<OcspResponse> read_basic(ByteView der) {
    Reader outer(der);
    STEP_ASSIGN(Reader basic, said(outer.enter(), kBad));
    STEP_TRY(said(outer.finish(), kBad));
    STEP_ASSIGN(const Reader::Element data, said(basic.read_any(), kBad));
    if (data.tag != Tag::kSequence) {
        return malformed(kBad);
    }
    OcspResponse response;
    response.tbs = data.whole;
    STEP_TRY(read_response_data(Reader(data.contents), response));
    STEP_ASSIGN(response.algorithm, impl::read_algorithm(basic));
    STEP_ASSIGN(const ByteView signature, said(basic.read_bits(), kBad));
    response.signature = signature;
    STEP_TRY(read_certificates(basic, response));
    STEP_TRY(said(basic.finish(), kBad));
    return response;
}

/// RFC 6960 4.2.1: why a responder gives no answer.
Error unsuccessful(std::int64_t status) {
    constexpr std::string_view kNames[] = {"", "malformed request",  "internal error", "try later",
                                           "", "signature required", "unauthorized"};
    const bool known = status > 0 && status < std::int64_t{std::size(kNames)} &&
                       !kNames[static_cast<std::size_t>(status)].empty();
    return {.code = Code::kUnavailable,
            .detail = "ocsp: error from server: " +
                      (known ? std::string(kNames[static_cast<std::size_t>(status)])
                             : fmt::format("status {}", status))};
}

bool names_responder(const OcspResponse& response, const Certificate& signer) {
    return response.responder_key_hash.empty()
               ? response.responder_name == signer.subject_der
               : response.responder_key_hash == crypto::sha1(key_bits(signer));
}

/// RFC 6960 4.2.2.2: `delegate` was certified by the issuer itself, for this purpose.
Status check_delegate(const Certificate& delegate, const Certificate& issuer, SysSeconds now) {
    const auto& usages = delegate.extended_key_usage;
    if (!usages || std::ranges::find(*usages, oid::kOcspSigning) == usages->end()) {
        return refused("ocsp: the responder's certificate is not for OCSP signing");
    }
    if (delegate.issuer_der != issuer.subject_der) {
        return refused("ocsp: the responder's certificate is of another issuer");
    }
    if (delegate.key_usage && (*delegate.key_usage & key_usage::kDigitalSignature) == 0) {
        return refused("ocsp: the responder's certificate is not for signatures");
    }
    if (delegate.unhandled_critical || now < delegate.not_before || now > delegate.not_after) {
        return refused("ocsp: the responder's certificate is not valid");
    }
    return impl::check_signed_by({delegate.algorithm, delegate.tbs, delegate.signature}, issuer,
                                 key_usage::kCertSign, impl::Sha1::kRefuse);
}

Status check_signer(const OcspResponse& response, const Certificate& issuer, SysSeconds now) {
    const impl::Signed data{response.algorithm, response.tbs, response.signature};
    if (names_responder(response, issuer)) {
        return impl::check_signature_by(data, issuer, impl::Sha1::kRefuse);
    }
    for (const Certificate& delegate : response.certificates) {
        if (names_responder(response, delegate)) {
            STEP_TRY(check_delegate(delegate, issuer, now));
            return impl::check_signature_by(data, delegate, impl::Sha1::kRefuse);
        }
    }
    return refused("ocsp: the response does not hold its responder's certificate");
}

}  // namespace

CertId make_cert_id(const Certificate& certificate, const Certificate& issuer) {
    return {.hash = oid::kSha1,
            .issuer_name_hash = crypto::sha1(certificate.issuer_der),
            .issuer_key_hash = crypto::sha1(key_bits(issuer)),
            .serial = certificate.serial};
}

Bytes encode_ocsp_request(const CertId& id) {
    asn1::Writer out;
    const auto request = out.begin(Tag::kSequence);
    const auto tbs = out.begin(Tag::kSequence);
    const auto list = out.begin(Tag::kSequence);
    const auto single = out.begin(Tag::kSequence);
    const auto cert_id = out.begin(Tag::kSequence);
    const auto algorithm = out.begin(Tag::kSequence);
    out.oid(id.hash);
    out.null();
    out.end(algorithm);
    out.octets(id.issuer_name_hash);
    out.octets(id.issuer_key_hash);
    out.element(Tag::kInteger, id.serial);
    for (const auto mark : {cert_id, single, list, tbs, request}) {
        out.end(mark);
    }
    return std::move(out).take();
}

Result<OcspResponse> parse_ocsp_response(ByteView der) {
    Reader outer(der);
    STEP_ASSIGN(Reader fields, said(outer.enter(), kBad));
    STEP_TRY(said(outer.finish(), kBad));
    STEP_ASSIGN(const ByteView status, said(fields.read(Tag::kEnumerated), kBad));
    if (status.size() != 1) {
        return malformed(kBad);
    }
    if (status.front() != '\0') {
        return unsuccessful(static_cast<signed char>(status.front()));
    }
    STEP_ASSIGN(Reader field, said(fields.enter(asn1::context_constructed(0)), kBad));
    STEP_TRY(said(fields.finish(), kBad));
    STEP_ASSIGN(Reader bytes, said(field.enter(), kBad));
    STEP_TRY(said(field.finish(), kBad));
    STEP_ASSIGN(const asn1::Oid type, said(bytes.read_oid(), kBad));
    if (type != oid::kOcspBasic) {
        return malformed("ocsp: bad OCSP response type");
    }
    STEP_ASSIGN(const ByteView basic, said(bytes.read(Tag::kOctetString), kBad));
    STEP_TRY(said(bytes.finish(), kBad));
    return read_basic(basic);
}

Result<OcspSingle> check_ocsp(const OcspResponse& response, const Certificate& certificate,
                              const Certificate& issuer, SysSeconds now) {
    if (certificate.issuer_der != issuer.subject_der) {
        return refused("ocsp: the certificate is of another issuer");
    }
    STEP_TRY(check_signer(response, issuer, now));
    if (response.unhandled_critical) {
        return refused("ocsp: the response has a critical extension that is not supported");
    }
    const auto single = std::ranges::find_if(response.singles, [&](const OcspSingle& candidate) {
        return is_meant(candidate.id, certificate, issuer);
    });
    if (single == response.singles.end()) {
        return refused("ocsp: the response does not speak of this certificate");
    }
    if (single->this_update > now + kSkew) {
        return refused("ocsp: the response is not yet valid: it begins at " +
                       format_rfc3339(single->this_update));
    }
    const SysSeconds end =
        single->next_update.value_or(single->this_update + kLifeWithoutNextUpdate);
    if (end + kSkew < now) {
        return refused("ocsp: the response is out of date since " + format_rfc3339(end));
    }
    return *single;
}

}  // namespace step::x509
