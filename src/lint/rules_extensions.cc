#include <algorithm>
#include <set>

#include "base/text.h"
#include "lint/rule.h"
#include "x509/certificate.h"

namespace step::lint {
namespace {

using asn1::Reader;
using asn1::Tag;

/// A reader over a SEQUENCE that is the whole of an extension; none if it is something else.
std::optional<Reader> sequence(std::string_view value) {
    Reader outer(value);
    auto inner = outer.enter();
    return inner ? std::optional(*inner) : std::nullopt;
}

Outcome ca_spelled_out(const Facts& facts) {
    auto fields = sequence(facts.find(oid::kBasicConstraints)->value);
    if (!fields) {
        return unreadable("basic constraints are no sequence");
    }
    const auto ca = fields->read_optional(Tag::kBoolean);
    return broken_if(ca && *ca && **ca == std::string_view("\0", 1),
                     "basic constraints say cA FALSE, which DER leaves out");
}
bool authority_with_constraints(const Facts& facts) {
    return facts.ca && facts.has(oid::kBasicConstraints);
}
Outcome path_length_without_ca(const Facts& facts) {
    auto fields = sequence(facts.find(oid::kBasicConstraints)->value);
    if (!fields || (fields->next_is(Tag::kBoolean) && !fields->read_boolean())) {
        return unreadable();
    }
    return broken_if(!fields->at_end() &&
                     (!facts.ca || (facts.key_usage & x509::key_usage::kCertSign) == 0));
}
bool readable_constraints(const Facts& facts) {
    return facts.basic_constraints_readable;
}
Outcome path_length_negative(const Facts& facts) {
    auto fields = sequence(facts.find(oid::kBasicConstraints)->value);
    if (!fields || !fields->read_optional(Tag::kBoolean)) {
        return unreadable();
    }
    const auto length = fields->read_optional(Tag::kInteger);
    return broken_if(length && *length && !(*length)->empty() &&
                     (static_cast<unsigned char>((*length)->front()) & 0x80U) != 0);
}

Outcome no_authority_key_id(const Facts& facts) {
    return broken_if(!facts.has_authority_key_id && !(facts.ca && facts.self_signed));
}
bool not_authority(const Facts& facts) {
    return !facts.ca;
}
Outcome no_subject_key_id(const Facts& facts) {
    return broken_if(!facts.has(oid::kSubjectKeyId));
}

/// The extensions that are a SEQUENCE SIZE (1..MAX) of something.
Outcome empty_sequence(const Facts& facts) {
    for (const auto id :
         {oid::kPolicies, oid::kPolicyMappings, oid::kSubjectAltName, oid::kIssuerAltName,
          oid::kSubjectDirectory, oid::kExtKeyUsage, oid::kCrlPoints, oid::kAuthorityInfo,
          oid::kSubjectInfo, oid::kFreshestCrl}) {
        const ExtensionFacts* extension = facts.find(id);
        if (extension == nullptr) {
            continue;
        }
        const auto list = sequence(extension->value);
        if (!list) {
            return unreadable("an extension is no sequence");
        }
        if (list->at_end()) {
            return broken_if(true, "an extension that holds one element or more holds none");
        }
    }
    return {};
}
bool third_version(const Facts& facts) {
    return facts.version == 3;
}
Outcome duplicate(const Facts& facts) {
    std::set<std::string_view> seen;
    for (const ExtensionFacts& extension : facts.extensions) {
        if (!seen.insert(extension.id).second) {
            const auto id = asn1::Oid::from_der(extension.id);
            return broken_if(true, (id ? id->text() : "an extension") + " stands there twice");
        }
    }
    return {};
}

bool fetchable(std::string_view url) {
    const std::string lower = to_lower(url);
    return lower.starts_with("http://") || lower.starts_with("ldap://");
}
bool has_issuer_urls(const Facts& facts) {
    return !facts.issuer_urls.empty();
}
Outcome issuer_not_fetchable(const Facts& facts) {
    return broken_if(std::ranges::none_of(facts.issuer_urls, fetchable));
}
Outcome crl_not_fetchable(const Facts& facts) {
    return broken_if(std::ranges::none_of(facts.crl_urls, fetchable));
}
/// RFC 5280 4.2.1.13: reasons alone make no distribution point.
Outcome crl_point_incomplete(const Facts& facts) {
    auto list = sequence(facts.find(oid::kCrlPoints)->value);
    while (list && !list->at_end()) {
        auto point = list->enter();
        if (!point) {
            return unreadable();
        }
        bool reasons = false, more = false;
        while (!point->at_end()) {
            const auto field = point->read_any();
            if (!field) {
                return unreadable();
            }
            (field->tag == asn1::context(1) ? reasons : more) |= !field->contents.empty();
        }
        if (reasons && !more) {
            return broken_if(true);
        }
    }
    return list ? Outcome{} : unreadable();
}

bool final_subscriber(const Facts& facts) {
    return facts.subscriber() && !facts.has(oid::kCtPoison);
}
/// RFC 6962 3.3: an OCTET STRING with a list whose length comes first, in two octets.
Outcome no_timestamps(const Facts& facts) {
    const ExtensionFacts* extension = facts.find(oid::kSctList);
    if (extension == nullptr) {
        return {};
    }
    const auto list = Reader(extension->value).read(Tag::kOctetString);
    if (!list || list->size() < 2) {
        return unreadable("the list of timestamps has no length");
    }
    return broken_if(list->starts_with(std::string_view("\0\0", 2)));
}
Outcome timestamps_in_precertificate(const Facts& facts) {
    return broken_if(facts.has(oid::kSctList));
}

constexpr Rule kRules[] = {
    {"e_basic_constr_invalid_der", Since::kRfc2459, has<oid::kBasicConstraints>, ca_spelled_out},
    {"e_basic_constraints_not_critical", Since::kRfc2459, authority_with_constraints,
     not_critical<oid::kBasicConstraints>},
    {"e_distribution_point_incomplete", Since::kRfc3280, has<oid::kCrlPoints>,
     crl_point_incomplete},
    {"e_empty_sct_list", Since::kRfc6962, final_subscriber, no_timestamps},
    {"e_ext_aia_marked_critical", Since::kRfc2459, has<oid::kAuthorityInfo>,
     critical<oid::kAuthorityInfo>},
    {"e_ext_authority_key_identifier_critical", Since::kRfc2459, has<oid::kAuthorityKeyId>,
     critical<oid::kAuthorityKeyId>},
    {"e_ext_authority_key_identifier_no_key_identifier", Since::kRfc2459, everyone,
     no_authority_key_id},
    {"e_ext_cannot_be_empty_sequence", Since::kRfc2459, everyone, empty_sequence},
    {"e_ext_duplicate_extension", Since::kRfc2459, third_version, duplicate},
    {"e_ext_freshest_crl_marked_critical", Since::kRfc3280, has<oid::kFreshestCrl>,
     critical<oid::kFreshestCrl>},
    {"e_ext_subject_directory_attr_critical", Since::kRfc2459, has<oid::kSubjectDirectory>,
     critical<oid::kSubjectDirectory>},
    {"e_ext_subject_key_identifier_critical", Since::kRfc2459, has<oid::kSubjectKeyId>,
     critical<oid::kSubjectKeyId>},
    {"e_ext_subject_key_identifier_missing_ca", Since::kRfc2459, authority, no_subject_key_id},
    {"e_path_len_constraint_improperly_included", Since::kRfc3280, has<oid::kBasicConstraints>,
     path_length_without_ca},
    {"e_path_len_constraint_zero_or_less", Since::kRfc2459, readable_constraints,
     path_length_negative},
    {"e_precert_with_sct_list", Since::kRfc6962, has<oid::kCtPoison>, timestamps_in_precertificate},
    {"e_subject_info_access_marked_critical", Since::kRfc3280, has<oid::kSubjectInfo>,
     critical<oid::kSubjectInfo>},
    {"w_distribution_point_missing_ldap_or_uri", Since::kRfc5280, has<oid::kCrlPoints>,
     crl_not_fetchable},
    {"w_ext_aia_access_location_missing", Since::kRfc5280, has_issuer_urls, issuer_not_fetchable},
    {"w_ext_crl_distribution_marked_critical", Since::kRfc2459, has<oid::kCrlPoints>,
     critical<oid::kCrlPoints>},
    {"w_ext_subject_key_identifier_missing_sub_cert", Since::kRfc2459, not_authority,
     no_subject_key_id},
};

}  // namespace

std::span<const Rule> extension_rules() {
    return kRules;
}

}  // namespace step::lint
