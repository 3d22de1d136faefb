#include "x509/algorithm.h"

#include "asn1/writer.h"
#include "base/check.h"
#include "x509/draft.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

using asn1::Tag;
using crypto::SignatureScheme;

/// What Go writes for each scheme, whole: ECDSA and Ed25519 without parameters, RSA with NULL.
struct KnownScheme {
    SignatureScheme scheme;
    std::string_view der;  ///< AlgorithmIdentifier, with short lengths.

    /// OBJECT IDENTIFIER contents.
    constexpr std::string_view id() const {
        return der.substr(4, static_cast<unsigned char>(der[3]));
    }
};

template <std::size_t size>
constexpr std::string_view octets(const char (&literal)[size]) {
    return {literal, size - 1};
}

constexpr KnownScheme kSchemes[] = {
    {SignatureScheme::kEcdsaSha256, octets("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")},
    {SignatureScheme::kEcdsaSha384, octets("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03")},
    {SignatureScheme::kEcdsaSha512, octets("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04")},
    {SignatureScheme::kEcdsaSha1, octets("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01")},
    {SignatureScheme::kEd25519, octets("\x30\x05\x06\x03\x2b\x65\x70")},
    {SignatureScheme::kRsaSha256,
     octets("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")},
    {SignatureScheme::kRsaSha384,
     octets("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00")},
    {SignatureScheme::kRsaSha512,
     octets("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00")},
    {SignatureScheme::kRsaSha1,
     octets("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00")},
    // An older name of the same.
    {SignatureScheme::kRsaSha1, octets("\x30\x09\x06\x05\x2b\x0e\x03\x02\x1d\x05\x00")},
};

constexpr std::string_view kRsaPss = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
constexpr std::string_view kMgf1 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";

struct PssHash {
    SignatureScheme scheme;
    std::string_view id;
    int salt;
};
constexpr PssHash kPssHashes[] = {
    {SignatureScheme::kRsaPssSha256, "\x60\x86\x48\x01\x65\x03\x04\x02\x01", 32},
    {SignatureScheme::kRsaPssSha384, "\x60\x86\x48\x01\x65\x03\x04\x02\x02", 48},
    {SignatureScheme::kRsaPssSha512, "\x60\x86\x48\x01\x65\x03\x04\x02\x03", 64},
};

/// An AlgorithmIdentifier with absent or NULL parameters: its identifier.
Result<asn1::Oid> read_plain(asn1::Reader& reader) {
    STEP_ASSIGN(asn1::Reader inner, reader.enter());
    STEP_ASSIGN(asn1::Oid id, inner.read_oid());
    if (!inner.at_end()) {
        STEP_ASSIGN(const ByteView null, inner.read(Tag::kNull));
        (void)null;
        STEP_TRY(inner.finish());
    }
    return id;
}

/// RSASSA-PSS-params (RFC 4055 3.1) in the three forms that Go knows: MGF1 with the same hash,
/// a salt as long as the hash, the default trailer.
Result<SignatureScheme> read_pss(asn1::Reader& reader) {
    STEP_ASSIGN(asn1::Reader params, reader.enter());
    STEP_ASSIGN(asn1::Reader hash_field, params.enter(asn1::context_constructed(0)));
    STEP_ASSIGN(const asn1::Oid hash, read_plain(hash_field));
    STEP_TRY(hash_field.finish());

    STEP_ASSIGN(asn1::Reader mask_field, params.enter(asn1::context_constructed(1)));
    STEP_ASSIGN(asn1::Reader mask, mask_field.enter());
    STEP_TRY(mask_field.finish());
    STEP_ASSIGN(const asn1::Oid generator, mask.read_oid());
    STEP_ASSIGN(const asn1::Oid mask_hash, read_plain(mask));
    STEP_TRY(mask.finish());

    STEP_ASSIGN(asn1::Reader salt_field, params.enter(asn1::context_constructed(2)));
    STEP_ASSIGN(const std::int64_t salt, salt_field.read_small_integer());
    STEP_TRY(salt_field.finish());
    if (!params.at_end()) {
        STEP_ASSIGN(asn1::Reader trailer_field, params.enter(asn1::context_constructed(3)));
        STEP_ASSIGN(const std::int64_t trailer, trailer_field.read_small_integer());
        STEP_TRY(trailer_field.finish());
        if (trailer != 1) {
            return impl::malformed("unsupported trailer");
        }
        STEP_TRY(params.finish());
    }
    for (const PssHash& known : kPssHashes) {
        if (hash.der() == known.id && mask_hash == hash && generator.der() == kMgf1 &&
            salt == known.salt) {
            return known.scheme;
        }
    }
    return impl::malformed("unsupported parameters");
}

std::optional<SignatureScheme> find_scheme(const asn1::Oid& id, asn1::Reader params) {
    if (id.der() == kRsaPss) {
        const Result<SignatureScheme> scheme = read_pss(params);
        return scheme && params.at_end() ? std::optional(*scheme) : std::nullopt;
    }
    for (const KnownScheme& known : kSchemes) {
        if (id.der() == known.id()) {
            // RFC 8410 3: no parameters. For the others Go does not look.
            const bool bad = known.scheme == SignatureScheme::kEd25519 && !params.at_end();
            return bad ? std::nullopt : std::optional(known.scheme);
        }
    }
    return std::nullopt;
}

void write_hash(asn1::Writer& out, std::string_view id) {
    const auto sequence = out.begin(Tag::kSequence);
    out.element(Tag::kOid, id);
    out.null();
    out.end(sequence);
}

Bytes encode_pss(const PssHash& hash) {
    asn1::Writer out;
    const auto whole = out.begin(Tag::kSequence);
    out.element(Tag::kOid, kRsaPss);
    const auto params = out.begin(Tag::kSequence);
    const auto hash_field = out.begin(asn1::context_constructed(0));
    write_hash(out, hash.id);
    out.end(hash_field);
    const auto mask_field = out.begin(asn1::context_constructed(1));
    const auto mask = out.begin(Tag::kSequence);
    out.element(Tag::kOid, kMgf1);
    write_hash(out, hash.id);
    out.end(mask);
    out.end(mask_field);
    const auto salt_field = out.begin(asn1::context_constructed(2));
    out.integer(hash.salt);
    out.end(salt_field);
    out.end(params);
    out.end(whole);
    return std::move(out).take();
}

}  // namespace

namespace impl {

Result<Algorithm> read_algorithm(asn1::Reader& reader) {
    const ByteView before = reader.rest();
    STEP_ASSIGN(asn1::Reader inner,
                said(reader.enter(), "x509: malformed signature algorithm identifier"));
    Algorithm algorithm;
    STEP_ASSIGN(algorithm.id, said(inner.read_oid(), "x509: malformed OID"));
    asn1::Reader params = inner;
    if (!inner.at_end()) {
        STEP_TRY(said(inner.read_any(), "x509: malformed parameters"));
        STEP_TRY(said(inner.finish(), "x509: malformed parameters"));
    }
    algorithm.der = before.substr(0, before.size() - reader.rest().size());
    algorithm.scheme = find_scheme(algorithm.id, params);
    return algorithm;
}

}  // namespace impl

std::optional<SignatureScheme> known_scheme(ByteView algorithm_der) {
    asn1::Reader reader(algorithm_der);
    const auto algorithm = impl::read_algorithm(reader);
    return algorithm && reader.at_end() ? algorithm->scheme : std::nullopt;
}

Bytes encode_algorithm(SignatureScheme scheme) {
    for (const PssHash& hash : kPssHashes) {
        if (hash.scheme == scheme) {
            return encode_pss(hash);
        }
    }
    for (const KnownScheme& known : kSchemes) {
        if (known.scheme == scheme) {
            return Bytes(known.der);
        }
    }
    STEP_CHECK(false);  // Every scheme stands in one of the tables.
    return {};
}

}  // namespace step::x509
