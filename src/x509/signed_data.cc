#include "x509/signed_data.h"

#include <fmt/format.h>

#include "asn1/reader.h"
#include "x509/certificate.h"

namespace step::x509 {

using asn1::Tag;

Result<std::vector<Bytes>> signed_data_certificates(ByteView der) {
    constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
    asn1::Reader outer(der);
    STEP_ASSIGN(asn1::Reader info, outer.enter());
    STEP_ASSIGN(const asn1::Oid type, info.read_oid());
    if (const std::string text = type.text(); text != kSignedData) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("contents of type {} are no signed data", text)};
    }
    STEP_ASSIGN(asn1::Reader content, info.enter(asn1::context_constructed(0)));
    STEP_ASSIGN(asn1::Reader data, content.enter());
    STEP_ASSIGN(const ByteView version, data.read_integer());
    STEP_ASSIGN(const ByteView digests, data.read(Tag::kSet));
    STEP_ASSIGN(const ByteView signed_content, data.read(Tag::kSequence));
    (void)version, (void)digests, (void)signed_content;

    std::vector<Bytes> certificates;
    if (!data.next_is(asn1::context_constructed(0))) {
        return certificates;
    }
    STEP_ASSIGN(asn1::Reader list, data.enter(asn1::context_constructed(0)));
    while (!list.at_end()) {
        STEP_ASSIGN(const auto element, list.read_any());
        STEP_ASSIGN(const Certificate certificate, parse_certificate(element.whole));
        certificates.push_back(certificate.der);
    }
    return certificates;
}

}  // namespace step::x509
