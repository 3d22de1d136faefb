#include "asn1/reader.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/ip.h"
#include "x509/inspect_json.h"

namespace step::x509::parts {

using asn1::Reader;
using asn1::Tag;

namespace {

json::Value key_usage_value(std::uint32_t bits) {
    constexpr std::string_view kNames[] = {
        "digital_signature", "content_commitment", "key_encipherment",
        "data_encipherment", "key_agreement",      "certificate_sign",
        "crl_sign",          "encipher_only",      "decipher_only"};
    json::Object out;
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        if ((bits >> i & 1U) != 0) {
            add(out, kNames[i], true);
        }
    }
    add(out, "value", static_cast<std::int64_t>(bits));
    return out;
}

json::Value constraints_value(const BasicConstraints& constraints) {
    json::Object out;
    add(out, "is_ca", constraints.ca);
    if (constraints.path_length) {
        add(out, "max_path_len", static_cast<std::int64_t>(*constraints.path_length));
    }
    return out;
}

/// EDIPartyName of RFC 5280 4.2.1.6.
json::Value edi_value(ByteView contents) {
    json::Object out;
    Reader reader(contents);
    auto assigner = reader.read_optional(asn1::context_constructed(0));
    if (assigner && *assigner) {
        add(out, "name_assigner", whole_string(**assigner).value_or(""));
    }
    const auto party = reader.read(asn1::context_constructed(1));
    add(out, "party_name", party ? whole_string(*party).value_or("") : "");
    return out;
}

/// Every kind of GeneralName in lists of its own.
struct NameLists {
    json::Array directories{}, dns{}, edi{}, emails{}, ips{}, others{}, registered{}, uris{};
};
void collect(NameLists& lists, const GeneralName& name) {
    const std::string text(name.contents);
    switch (name.kind) {
        case 0:
            if (const auto other = parse_other_name(name.contents)) {
                json::Object value;
                add(value, "id", other->id.text());
                if (!other->value.empty()) {
                    add(value, "value", base64_value(other->value));
                }
                lists.others.emplace_back(std::move(value));
            }
            break;
        case 1:
            lists.emails.emplace_back(text);
            break;
        case 2:
            lists.dns.emplace_back(text);
            break;
        case 4:
            if (const auto directory = parse_name(name.contents)) {
                lists.directories.push_back(name_value(*directory));
            }
            break;
        case 5:
            lists.edi.push_back(edi_value(name.contents));
            break;
        case 6:
            lists.uris.emplace_back(text);
            break;
        case 7:
            lists.ips.emplace_back(format_ip(name.contents));
            break;
        case 8:
            if (const auto id = asn1::Oid::from_der(name.contents)) {
                lists.registered.emplace_back(id->text());
            }
            break;
        default:
            break;
    }
}

json::Value general_names_value(ByteView extension_value) {
    NameLists lists;
    for (const GeneralName& name : general_names(extension_value)) {
        collect(lists, name);
    }
    json::Object out;
    add_if_any(out, "directory_names", std::move(lists.directories));
    add_if_any(out, "dns_names", std::move(lists.dns));
    add_if_any(out, "edi_party_names", std::move(lists.edi));
    add_if_any(out, "email_addresses", std::move(lists.emails));
    add_if_any(out, "ip_addresses", std::move(lists.ips));
    add_if_any(out, "other_names", std::move(lists.others));
    add_if_any(out, "registered_ids", std::move(lists.registered));
    add_if_any(out, "uniform_resource_identifiers", std::move(lists.uris));
    return out;
}

json::Value ip_range_value(ByteView address_and_mask) {
    const std::size_t half = address_and_mask.size() / 2;
    Bytes first(address_and_mask.substr(0, half)), last(first);
    const Bytes mask(address_and_mask.substr(half));
    for (std::size_t i = 0; i < half; ++i) {
        const auto m = static_cast<unsigned char>(mask[i]);
        const auto octet = static_cast<unsigned char>(first[i]);
        first[i] = static_cast<char>(octet & m);
        last[i] = static_cast<char>(octet | (~m & 0xffU));
    }
    json::Object out;
    const std::string range = ip_range(address_and_mask);
    add(out, "cidr", range);
    if (range.size() - range.find('/') <= 4) {  // Not a mask with holes.
        add(out, "begin", format_ip(first));
        add(out, "end", format_ip(last));
        add(out, "mask", format_ip(mask));
    }
    return out;
}

/// One side of NameConstraints (RFC 5280 4.2.1.10).
void add_subtrees(json::Object& out, const std::string& side, ByteView subtrees) {
    NameLists lists;
    Reader reader(subtrees);
    while (!reader.at_end()) {
        auto subtree = reader.enter();
        const auto base = subtree ? subtree->read_any() : Result<Reader::Element>(Error{});
        if (!base) {
            break;
        }
        const GeneralName name{static_cast<unsigned>(base->tag) & 0x1fU, base->contents};
        if (name.kind == 7 && (name.contents.size() == 8 || name.contents.size() == 32)) {
            lists.ips.push_back(ip_range_value(name.contents));
        } else if (name.kind != 7) {
            collect(lists, name);
        }
    }
    add_if_any(out, side + "_names", std::move(lists.dns));
    add_if_any(out, side + "_email_addresses", std::move(lists.emails));
    add_if_any(out, side + "_ip_addresses", std::move(lists.ips));
    add_if_any(out, side + "_directory_names", std::move(lists.directories));
    add_if_any(out, side + "_edi_party_names", std::move(lists.edi));
    add_if_any(out, side + "_registred_id", std::move(lists.registered));
}

json::Value name_constraints_value(ByteView extension_value) {
    json::Object out;
    add(out, "critical", false);  // Whatever the extension says: the original forgets to copy it.
    Reader reader(whole(extension_value, Tag::kSequence).value_or(""));
    const auto permitted = reader.read_optional(asn1::context_constructed(0));
    add_subtrees(out, "permitted", permitted && *permitted ? **permitted : ByteView());
    const auto excluded = reader.read_optional(asn1::context_constructed(1));
    add_subtrees(out, "excluded", excluded && *excluded ? **excluded : ByteView());
    return out;
}

json::Value purposes_value(const std::vector<asn1::Oid>& ids) {
    std::vector<std::string> texts;
    std::transform(ids.begin(), ids.end(), std::back_inserter(texts),
                   [](const asn1::Oid& id) { return id.text(); });
    json::Object out;
    for (const NamedOid& member : purpose_members()) {
        if (std::find(texts.begin(), texts.end(), member.oid) != texts.end()) {
            add(out, member.name, true);
        }
    }
    std::vector<std::string> unknown;
    for (const std::string& text : texts) {
        const auto members = purpose_members();
        if (std::none_of(members.begin(), members.end(),
                         [&](const NamedOid& member) { return member.oid == text; })) {
            unknown.push_back(text);
        }
    }
    add_if_any(out, "unknown", unknown);
    return out;
}

json::Value policies_value(ByteView extension_value) {
    json::Array out;
    for (const Policy& policy : policies(extension_value)) {
        json::Object entry;
        add(entry, "id", policy.id.text());
        add_if_any(entry, "cps", policy.cps);
        json::Array notices;
        for (const Policy::Notice& notice : policy.notices) {
            json::Object value;
            if (!notice.text.empty()) {
                add(value, "explicit_text", notice.text);
            }
            if (notice.has_reference) {
                json::Object reference;
                if (!notice.organization.empty()) {
                    add(reference, "organization", notice.organization);
                }
                add_if_any(reference, "notice_numbers",
                           json::Array(notice.numbers.begin(), notice.numbers.end()));
                add(value, "notice_reference", json::Array{std::move(reference)});
            }
            notices.emplace_back(std::move(value));
        }
        add_if_any(entry, "user_notice", std::move(notices));
        out.emplace_back(std::move(entry));
    }
    return out;
}

json::Value access_value(ByteView extension_value) {
    const AccessUrls urls = access_urls(extension_value);
    json::Object out;
    add_if_any(out, "ocsp_urls", urls.ocsp);
    add_if_any(out, "issuer_urls", urls.issuers);
    return out;
}

json::Value timestamps_value(const std::vector<Timestamp>& list) {
    constexpr std::uint64_t kLast = 253402300799;  // 9999-12-31T23:59:59Z
    json::Array out;
    for (const Timestamp& sct : list) {
        json::Object entry;
        add(entry, "version", static_cast<std::int64_t>(sct.version));
        add(entry, "log_id", base64_value(sct.log_id));
        const std::uint64_t seconds = sct.milliseconds / 1000;
        if (seconds != 0 && seconds <= kLast) {
            add(entry, "timestamp", static_cast<std::int64_t>(seconds));
        }
        if (!sct.extensions.empty()) {
            add(entry, "extensions", base64_value(sct.extensions));
        }
        Bytes signature;
        for (const std::size_t octet : {std::size_t{sct.hash}, std::size_t{sct.algorithm},
                                        sct.signature.size() >> 8U, sct.signature.size()}) {
            signature += static_cast<char>(octet & 0xffU);
        }
        add(entry, "signature", base64_value(signature + sct.signature));
        out.emplace_back(std::move(entry));
    }
    return out;
}

json::Value provisioner_value(const Provisioner& provisioner) {
    constexpr std::string_view kNames[] = {"",      "JWK",  "OIDC", "GCP",  "AWS",
                                           "Azure", "ACME", "X5C",  "K8sSA"};
    const bool known =
        provisioner.type >= 1 && provisioner.type < static_cast<std::int64_t>(std::size(kNames));
    std::map<std::string, std::string> members;
    members["type"] = known ? std::string(kNames[provisioner.type])
                            : fmt::format("Unknown ({:#x})", provisioner.type);
    members["name"] = provisioner.name;
    if (!provisioner.credential_id.empty()) {
        members["credentialID"] = provisioner.credential_id;
    }
    for (auto [name, value] : provisioner.pairs) {
        if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') {
            name[0] = static_cast<char>(name[0] - 'A' + 'a');
        }
        members[name] = value;
    }
    json::Object out;
    for (const auto& [name, value] : members) {
        add(out, name, value);
    }
    return out;
}

/// Values found so far, to be written in the order of `kOrder`.
using Found = std::map<std::string_view, json::Value>;

/// False if the extension is unknown or cannot be read.
bool find_standard(Found& found, const Certificate& certificate, const Extension& extension) {
    const asn1::Oid& id = extension.id;
    if (id == oid::kKeyUsage) {
        if (certificate.key_usage.value_or(0) != 0) {
            found["key_usage"] = key_usage_value(*certificate.key_usage);
        }
    } else if (id == oid::kBasicConstraints) {
        found["basic_constraints"] =
            constraints_value(certificate.basic_constraints.value_or(BasicConstraints{}));
    } else if (id == oid::kSubjectAltName) {
        found["subject_alt_name"] = general_names_value(extension.value);
    } else if (id == oid::kNameConstraints) {
        found["name_constraints"] = name_constraints_value(extension.value);
    } else if (id == oid::kCrlDistributionPoints) {
        if (const auto uris = distribution_points(extension.value); !uris.empty()) {
            found["crl_distribution_points"] = string_array(uris);
        }
    } else if (id == oid::kAuthorityKeyId) {
        if (!certificate.authority_key_id.value_or("").empty()) {
            found["authority_key_id"] = encode_hex(*certificate.authority_key_id);
        }
    } else if (id == oid::kSubjectKeyId) {
        if (!certificate.subject_key_id.value_or("").empty()) {
            found["subject_key_id"] = encode_hex(*certificate.subject_key_id);
        }
    } else if (id == oid::kExtendedKeyUsage) {
        found["extended_key_usage"] =
            purposes_value(certificate.extended_key_usage.value_or(std::vector<asn1::Oid>{}));
    } else if (id == oid::kCertificatePolicies) {
        found["certificate_policies"] = policies_value(extension.value);
    } else {
        return false;
    }
    return true;
}

bool find_other(Found& found, const Extension& extension) {
    const std::string id = extension.id.text();
    if (id == "2.5.29.18") {
        found["issuer_alt_name"] = general_names_value(extension.value);
    } else if (extension.id == oid::kAuthorityInfoAccess) {
        found["authority_info_access"] = access_value(extension.value);
    } else if (id == "1.3.6.1.4.1.11129.2.4.3") {
        found["ct_poison"] = true;
    } else if (id == "1.3.6.1.4.1.11129.2.4.2") {
        const auto list = timestamps(extension.value);
        if (!list) {
            return false;
        }
        found["signed_certificate_timestamps"] = timestamps_value(*list);
    } else if (extension.id == oid::kStepProvisioner) {
        const auto provisioner = parse_provisioner(extension.value);
        if (!provisioner) {
            return false;
        }
        found["step_provisioner"] = provisioner_value(*provisioner);
    } else {
        return false;
    }
    return true;
}

}  // namespace

ExtensionValues extension_values(const Certificate& certificate) {
    constexpr std::string_view kOrder[] = {"key_usage",
                                           "basic_constraints",
                                           "subject_alt_name",
                                           "issuer_alt_name",
                                           "name_constraints",
                                           "crl_distribution_points",
                                           "authority_key_id",
                                           "subject_key_id",
                                           "extended_key_usage",
                                           "certificate_policies",
                                           "authority_info_access",
                                           "ct_poison",
                                           "signed_certificate_timestamps",
                                           "step_provisioner"};
    Found found;
    ExtensionValues out;
    for (const Extension& extension : certificate.extensions) {
        if (!find_standard(found, certificate, extension) && !find_other(found, extension)) {
            out.unknown.push_back(extension_value(extension));
        }
    }
    for (const std::string_view name : kOrder) {
        if (const auto entry = found.find(name); entry != found.end()) {
            add(out.known, name, std::move(entry->second));
        }
    }
    return out;
}

}  // namespace step::x509::parts
