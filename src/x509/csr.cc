#include "x509/csr.h"

#include "asn1/writer.h"
#include "base/pem.h"
#include "x509/draft.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr std::size_t kMaxNames = 1000;
constexpr std::size_t kMaxRequested = 1000;

/// A request as it stands, its signature not yet checked.
struct Parts {
    ByteView info{};
    Bytes subject_der{};
    Name subject{};
    ByteView spki{};
    ByteView attributes{};
    Algorithm algorithm{};
    ByteView signature{};
    std::vector<Extension> extensions{};
    ParsedAltNames names{};
};

Status read_info(Reader info, Parts& parts) {
    STEP_TRY(info.read_integer());  // The version; Go takes any.
    STEP_ASSIGN(const Reader::Element subject, info.read_any());
    parts.subject_der = subject.whole;
    STEP_ASSIGN(parts.subject, parse_name(subject.whole));
    STEP_ASSIGN(const Reader::Element spki, info.read_any());
    STEP_TRY(impl::check_spki(spki.whole));
    parts.spki = spki.whole;
    STEP_ASSIGN(parts.attributes, info.read(asn1::context_constructed(0)));
    return info.finish();
}

/// The first value of an attribute that asks for extensions; none for any other attribute,
/// also for a malformed one, as Go skips those.
std::optional<ByteView> extension_request(ByteView attribute) {
    Reader reader(attribute);
    const Result<asn1::Oid> id = reader.read_oid();
    if (!id || *id != oid::kExtensionRequest) {
        return std::nullopt;
    }
    Result<Reader> values = reader.enter(Tag::kSet);
    if (!values || !reader.at_end()) {
        return std::nullopt;
    }
    const Result<Reader::Element> value = values->read_any();
    return value ? std::optional(value->whole) : std::nullopt;
}

Status read_extensions(Parts& parts) {
    Reader attributes(parts.attributes);
    while (!attributes.at_end()) {
        STEP_ASSIGN(const Reader::Element attribute, attributes.read_any());
        const std::optional<ByteView> request =
            attribute.tag == Tag::kSequence ? extension_request(attribute.contents) : std::nullopt;
        if (!request) {
            continue;
        }
        Reader outer(*request);
        STEP_ASSIGN(Reader list, outer.enter());
        while (!list.at_end()) {
            Extension extension;
            STEP_TRY(impl::read_extension(list, extension));
            if (std::ranges::find(parts.extensions, extension.id, &Extension::id) !=
                parts.extensions.end()) {
                return impl::malformed(
                    "x509: certificate request contains duplicate requested extensions");
            }
            if (parts.extensions.size() >= kMaxRequested) {
                return impl::malformed("x509: too many requested extensions");
            }
            parts.extensions.push_back(std::move(extension));
        }
    }
    return ok();
}

Result<Parts> read_parts(ByteView der) {
    Reader outer(der);
    STEP_ASSIGN(Reader reader, outer.enter());
    STEP_TRY(outer.finish());
    Parts parts;
    STEP_ASSIGN(const Reader::Element info, reader.read_any());
    if (info.tag != Tag::kSequence) {
        return impl::malformed("x509: malformed certificate request");
    }
    parts.info = info.whole;
    STEP_TRY(read_info(Reader(info.contents), parts));
    STEP_ASSIGN(parts.algorithm, impl::read_algorithm(reader));
    STEP_ASSIGN(parts.signature, reader.read_bits());
    STEP_TRY(reader.finish());
    STEP_TRY(read_extensions(parts));
    for (const Extension& extension : parts.extensions) {
        if (extension.id == oid::kSubjectAltName) {
            STEP_ASSIGN(parts.names, parse_alt_names(extension.value));
        }
    }
    return parts;
}

Error because(Error error, const char* reason) {
    error.code = Code::kInvalidArgument;
    error.reason = reason;
    return error;
}

}  // namespace

Result<Csr> parse_csr(ByteView der) {
    Result<Parts> read = read_parts(der);
    if (!read) {
        return because(std::move(read).error(), kCsrMalformed);
    }
    Parts& parts = *read;
    if (parts.names.names.size() + parts.names.others.size() > kMaxNames) {
        return because(
            {.detail = fmt::format("certificate request has more than {} names", kMaxNames)},
            kCsrTooManyNames);
    }
    Result<crypto::PublicKey> key = crypto::PublicKey::from_spki(parts.spki);
    if (!key) {
        const bool unsupported = key.error().code == Code::kUnsupported;
        return because(std::move(key).error(), unsupported ? kCsrUnsupportedKey : kCsrMalformed);
    }
    if (!parts.algorithm.scheme) {
        return because({.detail = "x509: cannot verify signature: algorithm unimplemented"},
                       kCsrBadSignature);
    }
    if (Status good = key->verify(*parts.algorithm.scheme, parts.info, parts.signature); !good) {
        return because(std::move(good).error(), kCsrBadSignature);
    }
    return Csr{.der = Bytes(der),
               .subject_der = std::move(parts.subject_der),
               .subject = std::move(parts.subject),
               .key = *std::move(key),
               .names = std::move(parts.names.names),
               .other_names = std::move(parts.names.others),
               .extensions = std::move(parts.extensions),
               .algorithm = std::move(parts.algorithm),
               .signature = Bytes(parts.signature)};
}

namespace {

void write_extension(asn1::Writer& out, const Extension& extension) {
    const auto whole = out.begin(Tag::kSequence);
    out.oid(extension.id);
    if (extension.critical) {
        out.boolean(true);
    }
    out.octets(extension.value);
    out.end(whole);
}

}  // namespace

Result<Csr> parse_csr_pem(std::string_view pem) {
    const std::optional<PemStep> step = next_pem(pem);
    if (!step) {
        return because({.detail = "error decoding csr"}, kCsrMalformed);
    }
    if (step->block.type != "CERTIFICATE REQUEST" &&
        step->block.type != "NEW CERTIFICATE REQUEST") {
        return because({.detail = "error decoding csr"}, kCsrMalformed);
    }
    return parse_csr(step->block.bytes);
}

Result<Bytes> make_csr(const CsrDraft& draft, const crypto::PrivateKey& key) {
    const crypto::SignatureScheme scheme =
        draft.scheme.value_or(crypto::default_scheme(key.public_key()));
    std::vector<Extension> extensions = draft.extensions;
    const bool has_names = std::ranges::any_of(
        extensions, [](const Extension& e) { return e.id == oid::kSubjectAltName; });
    if (!draft.names.empty() && !has_names) {
        extensions.insert(extensions.begin(),
                          {.id = oid::kSubjectAltName, .value = encode_alt_names(draft.names)});
    }
    asn1::Writer info;
    const auto sequence = info.begin(Tag::kSequence);
    info.integer(0);
    info.raw(draft.subject_der.empty() ? encode_name(draft.subject) : draft.subject_der);
    info.raw(key.public_key().spki());
    const auto attributes = info.begin(asn1::context_constructed(0));
    if (!extensions.empty()) {
        const auto attribute = info.begin(Tag::kSequence);
        info.oid(oid::kExtensionRequest);
        const auto values = info.begin(Tag::kSet);
        const auto list = info.begin(Tag::kSequence);
        for (const Extension& extension : extensions) {
            write_extension(info, extension);
        }
        info.end(list);
        info.end(values);
        info.end(attribute);
    }
    info.end(attributes);
    info.end(sequence);
    const Bytes der = std::move(info).take();
    STEP_ASSIGN(const Bytes signature, key.sign(scheme, der));
    return assemble(der, scheme, signature);  // The same three parts as a certificate.
}

}  // namespace step::x509
