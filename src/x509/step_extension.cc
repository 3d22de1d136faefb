#include "x509/step_extension.h"

#include "asn1/reader.h"
#include "asn1/writer.h"

namespace step::x509 {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr std::string_view kTypeNames[] = {"JWK", "OIDC",  "GCP",    "AWS",  "Azure", "ACME",
                                           "X5C", "K8sSA", "SSHPOP", "SCEP", "Nebula"};
constexpr int kMaxType = 1'000'000;

bool is_utf8_string(Tag tag) {
    return tag == Tag::kPrintableString || tag == Tag::kUtf8String || tag == Tag::kIa5String;
}

Result<StepProvisioner> parse(ByteView value) {
    Reader outer(value);
    STEP_ASSIGN(Reader fields, outer.enter());
    STEP_TRY(outer.finish());
    STEP_ASSIGN(const std::int64_t type, fields.read_small_integer());
    if (type < 0 || type > kMaxType) {
        return Error{.code = Code::kInvalidArgument, .detail = "unknown provisioner type"};
    }
    STEP_ASSIGN(const ByteView name, fields.read(Tag::kOctetString));
    STEP_ASSIGN(const ByteView credential_id, fields.read(Tag::kOctetString));
    StepProvisioner provisioner{.type = static_cast<int>(type),
                                .name = std::string(name),
                                .credential_id = std::string(credential_id)};
    STEP_ASSIGN(const std::optional<ByteView> list, fields.read_optional(Tag::kSequence));
    STEP_TRY(fields.finish());
    Reader pairs(list.value_or(""));
    while (!pairs.at_end()) {
        STEP_ASSIGN(const Reader::Element text, pairs.read_any());
        if (!is_utf8_string(text.tag)) {
            return Error{.code = Code::kInvalidArgument, .detail = "not a string"};
        }
        provisioner.key_values.emplace_back(text.contents);
    }
    return provisioner;
}

}  // namespace

Extension encode_step_provisioner(const StepProvisioner& provisioner) {
    asn1::Writer out;
    const auto sequence = out.begin(Tag::kSequence);
    out.integer(provisioner.type);
    out.octets(provisioner.name);
    out.octets(provisioner.credential_id);
    if (!provisioner.key_values.empty()) {
        const auto pairs = out.begin(Tag::kSequence);
        for (const std::string& text : provisioner.key_values) {
            out.printable_or_utf8(text);
        }
        out.end(pairs);
    }
    out.end(sequence);
    return {.id = oid::kStepProvisioner, .critical = false, .value = std::move(out).take()};
}

std::optional<StepProvisioner> step_provisioner_of(const Certificate& certificate) {
    const Extension* extension = certificate.find(oid::kStepProvisioner);
    if (extension == nullptr) {
        return std::nullopt;
    }
    Result<StepProvisioner> provisioner = parse(extension->value);
    return provisioner ? std::optional(*std::move(provisioner)) : std::nullopt;
}

std::string_view provisioner_type_name(int type) {
    return type >= 1 && type <= static_cast<int>(std::size(kTypeNames))
               ? kTypeNames[static_cast<std::size_t>(type) - 1]
               : std::string_view();
}

}  // namespace step::x509
