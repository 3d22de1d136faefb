#include "base/text.h"
#include "profile/decode_impl.h"
#include "x509/certificate.h"

namespace step::profile::impl {
namespace {

using Strings = std::vector<std::string> x509::Subject::*;
constexpr std::pair<std::string_view, Strings> kLists[] = {
    {"country", &x509::Subject::country},
    {"organization", &x509::Subject::organization},
    {"organizationalUnit", &x509::Subject::organizational_unit},
    {"locality", &x509::Subject::locality},
    {"province", &x509::Subject::province},
    {"streetAddress", &x509::Subject::street_address},
    {"postalCode", &x509::Subject::postal_code}};

/// What becomes of such a value in the original.
std::string_view why_no_string(const json::Value* content) {
    if (content == nullptr || content->is_null()) {
        return "error creating certificate: asn1: cannot marshal nil value";
    }
    if (content->as_number() != nullptr) {
        return "error creating certificate: asn1: structure error: unknown Go type: float64";
    }
    if (content->as_object() != nullptr) {
        return "error creating certificate: asn1: structure error: unknown Go type: "
               "map[string]interface {}";
    }
    return content->as_bool() != nullptr
               ? "error parsing certificate: x509: invalid RDNSequence: invalid attribute value: "
                 "unsupported string type: 1"
               : "error parsing certificate: x509: invalid RDNSequence: invalid attribute value: "
                 "unsupported string type: 48";
}

/// Only strings have a form that readers of certificates accept.
Result<x509::Attribute> read_attribute(const json::Value& value) {
    if (value.as_object() == nullptr && !value.is_null()) {
        return wrap(cannot_unmarshal(
            value, "Go struct field nameAlias.extraNames of type x509util.DistinguishedName"));
    }
    x509::Attribute attribute;
    STEP_TRY(get(value, "type", attribute.type, [](const json::Value& type) {
        Result<asn1::Oid> oid = read_oid(type);
        return oid ? std::move(oid) : wrap(std::move(oid).error());
    }));
    if (attribute.type == asn1::Oid()) {
        return unfit(value, "error creating certificate: " + std::string(kBadOid));
    }
    const json::Value* content = value.find("value");
    if (content == nullptr || content->as_string() == nullptr) {
        return unfit(value, std::string(why_no_string(content)));
    }
    attribute.value = *content->as_string();
    if (attribute.type == x509::oid::kEmailAddress) {
        attribute.tag = asn1::Tag::kIa5String;
        if (!is_ascii(attribute.value)) {
            return unfit(*content, std::string(kBadIa5Attribute));
        }
    }
    return attribute;
}

Result<std::string> read_field(const json::Value& value, std::string_view name) {
    Result<std::string> text =
        read_string(value, fmt::format("Go struct field nameAlias.{} of type string", name));
    return text ? std::move(text) : wrap(std::move(text).error());
}

}  // namespace

Result<NameParts> read_name(const json::Value& value) {
    NameParts name;
    if (const std::string* common_name = value.as_string()) {
        name.subject.common_name = *common_name;
        return name;
    }
    if (value.is_null()) {
        return name;
    }
    if (value.as_object() == nullptr) {
        return wrap(cannot_unmarshal(value, "Go value of type x509util.nameAlias"));
    }
    for (const auto& [key, field] : kLists) {
        STEP_TRY(get(value, key, name.subject.*field, [](const json::Value& list) {
            auto texts = read_strings(list);
            return texts ? std::move(texts) : wrap(std::move(texts).error());
        }));
    }
    STEP_TRY(get(value, "serialNumber", name.subject.serial_number,
                 [](const json::Value& text) { return read_field(text, "serialNumber"); }));
    STEP_TRY(get(value, "commonName", name.subject.common_name,
                 [](const json::Value& text) { return read_field(text, "commonName"); }));
    const json::Value* extra = value.find("extraNames");
    if (extra == nullptr || extra->is_null()) {
        return name;
    }
    if (extra->as_array() == nullptr) {
        return wrap(cannot_unmarshal(
            *extra, "Go struct field nameAlias.extraNames of type []x509util.DistinguishedName"));
    }
    for (const json::Value& element : *extra->as_array()) {
        STEP_ASSIGN(x509::Attribute attribute, read_attribute(element));
        name.extra.push_back(std::move(attribute));
    }
    return name;
}

std::vector<x509::Attribute> unnamed_attributes(const x509::Name& name) {
    const asn1::Oid* const known[] = {
        &x509::oid::kCountry,    &x509::oid::kOrganization, &x509::oid::kOrganizationalUnit,
        &x509::oid::kCommonName, &x509::oid::kSerialNumber, &x509::oid::kLocality,
        &x509::oid::kProvince,   &x509::oid::kStreet,       &x509::oid::kPostalCode};
    std::vector<x509::Attribute> unnamed;
    for (const auto& rdn : name.rdns) {
        for (const x509::Attribute& attribute : rdn) {
            if (std::ranges::none_of(known,
                                     [&](const auto* type) { return *type == attribute.type; })) {
                unnamed.push_back({.type = attribute.type, .value = x509::to_utf8(attribute)});
            }
        }
    }
    return unnamed;
}

x509::Name assemble_name(const x509::Subject& subject, const std::vector<x509::Attribute>& extra) {
    x509::Name name = x509::to_name(subject);
    std::erase_if(name.rdns, [&](const std::vector<x509::Attribute>& rdn) {
        return std::ranges::any_of(
            extra, [&](const x509::Attribute& one) { return one.type == rdn.front().type; });
    });
    for (const x509::Attribute& one : extra) {
        name.rdns.push_back({one});
    }
    return name;
}

}  // namespace step::profile::impl
