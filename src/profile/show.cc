#include "profile/show.h"

#include <bit>

#include "base/base64.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "json/write.h"
#include "profile/decode_impl.h"
#include "profile/ssh_plan.h"
#include "profile/usages.h"

namespace step::profile {
namespace {

using Show = json::Value (*)(const json::Value&);

/// A string stands for a list of one.
json::Value list_of(const json::Value& value, Show show) {
    if (value.is_null()) {
        return nullptr;
    }
    json::Array shown;
    if (const json::Array* items = value.as_array()) {
        for (const json::Value& item : *items) {
            shown.push_back(show(item));
        }
    } else {
        shown.push_back(show(value));
    }
    return shown;
}

json::Value text(const json::Value& value) {
    return value.as_string() != nullptr ? *value.as_string() : "";
}

json::Value texts(const json::Value& value) {
    return list_of(value, text);
}

json::Value ips(const json::Value& value) {
    return list_of(value, [](const json::Value& item) -> json::Value {
        const auto octets = parse_ip(text(item).as_string()->c_str());
        return octets ? format_ip(*octets) : std::string();
    });
}

json::Value uris(const json::Value& value) {
    return list_of(value, [](const json::Value& item) -> json::Value {
        const Result<Uri> uri = parse_uri(*text(item).as_string());
        return uri ? format_uri(*uri) : std::string();
    });
}

json::Value flag(const json::Value& value) {
    return value.as_bool() != nullptr && *value.as_bool();
}

json::Value number(const json::Value& value) {
    return value.as_number() != nullptr ? value : json::Value(0);
}

json::Value octets(const json::Value& value) {
    const Result<Bytes> bytes = impl::read_octets(value, "");
    return value.is_null() || !bytes ? json::Value() : json::Value(encode_base64(*bytes));
}

/// "10.0.0.0/8" of address and mask, both of `octets`.
std::string range_text(ByteView octets) {
    const std::size_t half = octets.size() / 2;
    int bits = 0;
    for (const char c : octets.substr(half)) {
        bits += std::popcount(static_cast<unsigned char>(c));
    }
    return format_ip(octets.substr(0, half)) + "/" + std::to_string(bits);
}

json::Value ranges_of(const json::Value& given, const std::vector<Bytes>& ranges) {
    if (given.is_null()) {
        return nullptr;
    }
    json::Array shown;
    for (const Bytes& range : ranges) {
        shown.emplace_back(range_text(range));
    }
    return shown;
}

/// Reads an object member by member; null has none.
class Members {
public:
    explicit Members(const json::Value& object) : object_(object) {}
    const json::Value& operator[](std::string_view name) const {
        static const json::Value none;
        const json::Value* found = object_.find(name);
        return found != nullptr ? *found : none;
    }

private:
    const json::Value& object_;
};

json::Value name(const json::Value& value) {
    json::Object shown;
    const Members given(value);
    if (const std::string* common_name = value.as_string(); common_name && !common_name->empty()) {
        shown.push_back({"commonName", *common_name});
    }
    for (const char* key : {"country", "organization", "organizationalUnit", "locality", "province",
                            "streetAddress", "postalCode"}) {
        json::Value list = texts(given[key]);
        if (list.as_array() != nullptr && !list.as_array()->empty()) {
            shown.push_back({key, std::move(list)});
        }
    }
    for (const char* key : {"serialNumber", "commonName"}) {
        if (json::Value one = text(given[key]); !one.as_string()->empty()) {
            shown.push_back({key, std::move(one)});
        }
    }
    if (const json::Array* extra = given["extraNames"].as_array(); extra && !extra->empty()) {
        shown.push_back({"extraNames", list_of(given["extraNames"], [](const json::Value& item) {
                             const Members one(item);
                             return json::Value(
                                 json::Object{{"type", text(one["type"])},
                                              {"value", json::sorted(one["value"])}});
                         })});
    }
    return shown;
}

json::Value alt_names(const json::Value& value) {
    return list_of(value, [](const json::Value& item) {
        const Members one(item);
        json::Object shown{{"type", text(one["type"])}, {"value", text(one["value"])}};
        if (const json::Value* asn1 = item.find("asn1Value")) {
            shown.push_back({"asn1Value", *asn1});
        }
        return json::Value(std::move(shown));
    });
}

json::Value extension(const asn1::Oid& id, bool critical, ByteView value) {
    return json::Object{{"id", id.text()}, {"critical", critical}, {"value", encode_base64(value)}};
}

/// Those of the template; before them the one that stands for names of uncommon kinds.
json::Value extensions(const json::Value& given, const CertificatePlan& plan) {
    if (given.is_null() && plan.extensions.empty()) {
        return nullptr;
    }
    json::Array shown;
    for (const x509::Extension& one : plan.extensions) {
        shown.push_back(extension(one.id, one.critical, one.value));
    }
    return shown;
}

json::Value key_usage(std::uint32_t bits) {
    json::Array shown;
    for (const auto& [bit, usage] : key_usage_names()) {
        if ((bits & bit) != 0) {
            shown.emplace_back(usage);
        }
    }
    return shown.empty() ? json::Value() : json::Value(std::move(shown));
}

/// Without any, a list all the same.
json::Value extended_key_usage_names(const json::Value& given) {
    json::Value shown = list_of(given, [](const json::Value& item) -> json::Value {
        const auto usage = extended_key_usage(*text(item).as_string());
        const auto number = usage ? extended_key_usage_number(*usage) : std::nullopt;
        return number ? extended_key_usage_name(*number) : "";
    });
    return shown.is_null() ? json::Value(json::Array{}) : std::move(shown);
}

json::Value serial(const CertificatePlan& plan) {
    if (!plan.serial) {
        return nullptr;
    }
    return json::Number{x509::serial_to_text(Bytes(1, '\0') + *plan.serial)};
}

json::Value basic_constraints(const json::Value& given) {
    if (given.is_null()) {
        return nullptr;
    }
    const Members one(given);
    return json::Object{{"isCA", flag(one["isCA"])}, {"maxPathLen", number(one["maxPathLen"])}};
}

json::Value name_constraints(const json::Value& given, const CertificatePlan& plan) {
    if (given.is_null() || !plan.name_constraints) {
        return nullptr;
    }
    const Members one(given);
    const x509::NameConstraints& read = *plan.name_constraints;
    return json::Object{
        {"critical", flag(one["critical"])},
        {"permittedDNSDomains", texts(one["permittedDNSDomains"])},
        {"excludedDNSDomains", texts(one["excludedDNSDomains"])},
        {"permittedIPRanges", ranges_of(one["permittedIPRanges"], read.permitted.ips)},
        {"excludedIPRanges", ranges_of(one["excludedIPRanges"], read.excluded.ips)},
        {"permittedEmailAddresses", texts(one["permittedEmailAddresses"])},
        {"excludedEmailAddresses", texts(one["excludedEmailAddresses"])},
        {"permittedURIDomains", texts(one["permittedURIDomains"])},
        {"excludedURIDomains", texts(one["excludedURIDomains"])}};
}

json::Value options(const json::Value& given) {
    return given.is_null() ? json::Value() : json::sorted(given);
}

}  // namespace

Result<json::Object> show_certificate(std::string_view rendered) {
    STEP_ASSIGN(const CertificatePlan plan, decode_certificate(rendered));
    STEP_ASSIGN(const json::Value value, impl::parse_output(rendered));
    const Members given(value);
    return json::Object{{"version", number(given["version"])},
                        {"subject", name(given["subject"])},
                        {"rawSubject", octets(given["rawSubject"])},
                        {"issuer", name(given["issuer"])},
                        {"serialNumber", serial(plan)},
                        {"dnsNames", texts(given["dnsNames"])},
                        {"emailAddresses", texts(given["emailAddresses"])},
                        {"ipAddresses", ips(given["ipAddresses"])},
                        {"uris", uris(given["uris"])},
                        {"sans", alt_names(given["sans"])},
                        {"extensions", extensions(given["extensions"], plan)},
                        {"keyUsage", key_usage(plan.key_usage)},
                        {"extKeyUsage", extended_key_usage_names(given["extKeyUsage"])},
                        {"unknownExtKeyUsage", texts(given["unknownExtKeyUsage"])},
                        {"subjectKeyId", octets(given["subjectKeyId"])},
                        {"authorityKeyId", octets(given["authorityKeyId"])},
                        {"ocspServer", texts(given["ocspServer"])},
                        {"issuingCertificateURL", texts(given["issuingCertificateURL"])},
                        {"crlDistributionPoints", texts(given["crlDistributionPoints"])},
                        {"policyIdentifiers", texts(given["policyIdentifiers"])},
                        {"basicConstraints", basic_constraints(given["basicConstraints"])},
                        {"nameConstraints", name_constraints(given["nameConstraints"], plan)},
                        {"signatureAlgorithm", plan.scheme ? impl::scheme_name(*plan.scheme) : ""}};
}

Result<json::Object> show_ssh_certificate(std::string_view rendered) {
    STEP_ASSIGN(const SshPlan plan, decode_ssh_certificate(rendered));
    STEP_ASSIGN(const json::Value value, impl::parse_output(rendered));
    const Members given(value);
    return json::Object{{"nonce", octets(given["nonce"])},
                        {"serial", number(given["serial"])},
                        {"type", ssh_type_name(plan.type)},
                        {"keyId", plan.key_id},
                        {"principals", texts(given["principals"])},
                        {"criticalOptions", options(given["criticalOptions"])},
                        {"extensions", options(given["extensions"])},
                        {"reserved", octets(given["reserved"])}};
}

}  // namespace step::profile
