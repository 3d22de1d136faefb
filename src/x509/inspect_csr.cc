#include "asn1/reader.h"
#include "x509/inspect.h"
#include "x509/inspect_parts.h"

namespace step::x509 {

using asn1::Reader;
using asn1::Tag;

namespace {

Error malformed() {
    return {.code = Code::kInvalidArgument, .detail = "x509: malformed certificate request"};
}

Result<std::vector<Extension>> parse_extensions(ByteView attribute_values) {
    std::vector<Extension> out;
    Reader values(attribute_values);
    STEP_ASSIGN(Reader list, values.enter());
    while (!list.at_end()) {
        STEP_ASSIGN(Reader fields, list.enter());
        Extension extension;
        STEP_ASSIGN(extension.id, fields.read_oid());
        if (fields.next_is(Tag::kBoolean)) {
            STEP_ASSIGN(extension.critical, fields.read_boolean());
        }
        STEP_ASSIGN(const ByteView value, fields.read(Tag::kOctetString));
        STEP_TRY(fields.finish());
        extension.value = Bytes(value);
        out.push_back(std::move(extension));
    }
    return out;
}

Status parse_attributes(ByteView contents, UncheckedCsr& csr) {
    Reader reader(contents);
    while (!reader.at_end()) {
        STEP_ASSIGN(Reader attribute, reader.enter());
        STEP_ASSIGN(asn1::Oid type, attribute.read_oid());
        STEP_ASSIGN(const ByteView values, attribute.read(Tag::kSet));
        STEP_TRY(attribute.finish());
        if (type == oid::kExtensionRequest && !values.empty()) {
            STEP_ASSIGN(std::vector<Extension> extensions, parse_extensions(values));
            std::move(extensions.begin(), extensions.end(), std::back_inserter(csr.extensions));
        }
        csr.attributes.push_back({std::move(type), Bytes(values)});
    }
    return ok();
}

/// CertificationRequestInfo of RFC 2986 4.1.
Status parse_info(ByteView contents, UncheckedCsr& csr) {
    Reader info(contents);
    STEP_ASSIGN(csr.version, info.read_small_integer());
    STEP_ASSIGN(const Reader::Element subject, info.read_any());
    csr.subject_der = Bytes(subject.whole);
    STEP_ASSIGN(csr.subject, parse_name(csr.subject_der));
    STEP_ASSIGN(const Reader::Element spki, info.read_any());
    if (spki.tag != Tag::kSequence) {
        return malformed();
    }
    csr.spki = Bytes(spki.whole);
    STEP_ASSIGN(const std::optional<ByteView> attributes,
                info.read_optional(asn1::context_constructed(0)));
    STEP_TRY(info.finish());
    STEP_TRY(parse_attributes(attributes.value_or(""), csr));
    for (const Extension& extension : csr.extensions) {
        if (extension.id == oid::kSubjectAltName) {
            STEP_ASSIGN(ParsedAltNames names, parse_alt_names(extension.value));
            csr.names = std::move(names.names);
        }
    }
    return ok();
}

}  // namespace

Result<UncheckedCsr> parse_csr_unchecked(ByteView der) {
    UncheckedCsr csr;
    csr.der = Bytes(der);
    Reader outer(der);
    STEP_ASSIGN(Reader request, outer.enter());
    STEP_TRY(outer.finish());
    STEP_ASSIGN(const Reader::Element info, request.read_any());
    STEP_ASSIGN(const Reader::Element algorithm, request.read_any());
    if (info.tag != Tag::kSequence || algorithm.tag != Tag::kSequence) {
        return malformed();
    }
    STEP_ASSIGN(const ByteView signature, request.read_bits());
    STEP_TRY(request.finish());
    csr.info = Bytes(info.whole);
    csr.algorithm = Bytes(algorithm.whole);
    csr.signature = Bytes(signature);
    STEP_TRY(parse_info(info.contents, csr));
    return csr;
}

}  // namespace step::x509
