#include "asn1/writer.h"
#include "base/base64.h"
#include "tmpl/asn1_value.h"
#include "tmpl/families_impl.h"

namespace step::tmpl {
namespace {

Result<Value> asn1_result(Call& call, ByteView der) {
    STEP_TRY(call.context().reserve_text(der.size() * 2));
    return Value(encode_base64(der));
}

/// "[type[,params]:]text"
Result<Value> asn1_enc(Call& call) {
    std::string_view text = call.text(0), params = "printable";
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        params = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    STEP_TRY(call.context().spend(call.text(0).size() / 64));
    STEP_ASSIGN(const Bytes der, marshal_asn1_text(text, params));
    return asn1_result(call, der);
}

Result<Value> asn1_marshal(Call& call) {
    std::string params;
    for (const Value& param : call.from(1)) {
        params.append(params.empty() ? "" : ",").append(param.as_text());
        STEP_TRY(call.context().reserve_text(params.size()));
    }
    STEP_ASSIGN(const Bytes der, marshal_asn1(call.context(), call[0], params));
    return asn1_result(call, der);
}

/// SEQUENCE or SET around elements in base64, which are not looked at.
template <asn1::Tag kTag>
Result<Value> asn1_around(Call& call) {
    Bytes body;
    for (const Value& part : call.from(0)) {
        STEP_ASSIGN(const Bytes der, parse_base64(part.as_text()));
        STEP_TRY(call.context().reserve_text(der.size()));
        body += der;
    }
    asn1::Writer writer;
    writer.element(kTag, body);
    return asn1_result(call, writer.view());
}

constexpr Entry kFamily[] = {
    {"asn1Enc", "string", asn1_enc},
    {"asn1Marshal", "any string...", asn1_marshal},
    {"asn1Seq", "string...", asn1_around<asn1::Tag::kSequence>},
    {"asn1Set", "string...", asn1_around<asn1::Tag::kSet>},
};

}  // namespace

std::span<const Entry> asn1_functions() {
    return kFamily;
}

}  // namespace step::tmpl
