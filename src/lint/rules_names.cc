#include <algorithm>

#include "base/text.h"
#include "lint/rule.h"

namespace step::lint {
namespace {

using asn1::Tag;

/// Upper bounds of RFC 5280 appendix A.1.
constexpr std::size_t kShort = 64, kPlace = 128, kPostal = 16, kEmail = 255, kPerson = 32768;

bool high_bit(char c) {
    return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Characters, not octets.
std::size_t length(const NamePart& part) {
    if (part.tag == Tag::kBmpString) {
        return part.value.size() / 2;
    }
    if (part.tag != Tag::kUtf8String) {
        return part.value.size();
    }
    return static_cast<std::size_t>(std::ranges::count_if(
        part.value, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

template <const std::string_view& kType>
bool subject_has(const Facts& facts) {
    return !facts.subject.values(kType).empty();
}
/// Something else than "".
template <const std::string_view& kType>
bool subject_says(const Facts& facts) {
    const auto values = facts.subject.values(kType);
    return !values.empty() && !values.back().empty();
}
template <const std::string_view& kType, std::size_t kMost>
Outcome too_long(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.subject.parts(), [](const NamePart& part) {
        return part.type == kType && length(part) > kMost;
    }));
}

Outcome not_printable_string(const DistinguishedName& name, std::string_view type) {
    return broken_if(std::ranges::any_of(name.parts(), [&](const NamePart& part) {
        return part.type == type && part.tag != Tag::kPrintableString;
    }));
}
bool issuer_has_country(const Facts& facts) {
    return !facts.issuer.values(oid::kCountry).empty();
}
Outcome issuer_country(const Facts& facts) {
    return not_printable_string(facts.issuer, oid::kCountry);
}
template <const std::string_view& kType>
Outcome subject_not_printable_string(const Facts& facts) {
    return not_printable_string(facts.subject, kType);
}

template <DistinguishedName Facts::* kName, bool kLeading>
Outcome white_space(const Facts& facts) {
    const DistinguishedName& name = facts.*kName;
    if (!name.readable) {
        return unreadable();
    }
    return broken_if(std::ranges::any_of(name.parts(), [](const NamePart& part) {
        constexpr std::string_view kSpaces = " \t\n\v\f\r";
        constexpr std::string_view kX520 = "\x55\x04";  // Domain components are not looked at.
        return part.type.starts_with(kX520) && !part.value.empty() &&
               (kLeading ? kSpaces.find(part.value.front()) != std::string_view::npos
                         : trim_right(part.value).size() != part.value.size());
    }));
}
template <DistinguishedName Facts::* kName>
Outcome several_in_one_rdn(const Facts& facts) {
    const DistinguishedName& name = facts.*kName;
    return name.readable ? broken_if(std::ranges::any_of(
                               name.rdns, [](const auto& rdn) { return rdn.size() > 1; }))
                         : unreadable();
}

Outcome subject_empty(const Facts& facts) {
    return broken_if(facts.subject.parts().empty());
}
Outcome issuer_empty(const Facts& facts) {
    return broken_if(facts.issuer.parts().empty());
}
Outcome subject_empty_without_san(const Facts& facts) {
    return broken_if(facts.subject.parts().empty() && !facts.has(oid::kSubjectAltName));
}
Outcome subject_not_dn(const Facts& facts) {
    return broken_if(!facts.subject.readable);
}

Outcome country_not_uppercase(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.subject.values(oid::kCountry),
                                         [](std::string_view country) {
                                             return country.empty() ||
                                                    std::ranges::any_of(country, [](char c) {
                                                        return c < 'A' || c > 'Z';
                                                    });
                                         }),
                     "a country code consists of the letters A to Z");
}

/// "&amp;", "&#228;"
bool has_entity(std::string_view text) {
    for (std::size_t start = text.find('&'); start != std::string_view::npos;
         start = text.find('&', start + 1)) {
        std::string_view rest = text.substr(start + 1);
        rest.remove_prefix(rest.starts_with('#') ? 1 : 0);
        const std::size_t end = rest.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        if (end != std::string_view::npos && end > 0 && rest[end] == ';') {
            return true;
        }
    }
    return false;
}
/// A letter of Latin-1 beyond ASCII that was encoded in UTF-8 twice: A with tilde, then a second
/// octet of such a letter read as Windows-1252.
bool has_mixup(std::string_view text) {
    constexpr std::string_view kTilde = "\xc3\x83";
    const std::size_t at = text.find(kTilde);
    return at != std::string_view::npos && at + kTilde.size() < text.size() &&
           high_bit(text[at + kTilde.size()]);
}
/// For the attributes in which people write words; the first value of each, as zlint looks.
template <bool (*kBad)(std::string_view)>
Outcome words(const Facts& facts) {
    for (const auto type :
         {oid::kGivenName, oid::kSurname, oid::kCommonName, oid::kOrganizationalUnit,
          oid::kOrganization, oid::kLocality, oid::kState, oid::kStreet, oid::kPostalCode}) {
        const auto values = facts.subject.values(type);
        if (!values.empty() && kBad(values.front())) {
            return broken_if(true, quote(values.front()));
        }
    }
    return {};
}

/// Octets that are control characters in ASCII or, as UTF-8, C1.
Outcome control_characters(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.subject.parts(), [](const NamePart& part) {
        for (std::size_t i = 0; i < part.value.size(); ++i) {
            const auto octet = static_cast<unsigned char>(part.value[i]);
            const bool c1 = octet == 0xc2 && i + 1 < part.value.size() &&
                            static_cast<unsigned char>(part.value[i + 1]) <= 0x9f &&
                            high_bit(part.value[i + 1]);
            if (octet < 0x20 || octet == 0x7f || c1) {
                return true;
            }
        }
        return false;
    }));
}

/// X.680 41.4
Outcome bad_printable_string(const Facts& facts) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '()+,-./:=?";
    for (const NamePart& part : facts.subject.parts()) {
        if (part.tag == Tag::kPrintableString &&
            (part.value.empty() ||
             part.value.find_first_not_of(kAllowed) != std::string_view::npos)) {
            return broken_if(true, "a PrintableString holds " + quote(part.value));
        }
    }
    return {};
}

Outcome email_not_in_san(const Facts& facts) {
    const auto known = facts.subject_alt_names.of(1);
    return broken_if(std::ranges::any_of(
        facts.subject.values(oid::kEmailAddress), [&](std::string_view address) {
            return std::ranges::find(known, address) == known.end();
        }));
}

constexpr Rule kRules[] = {
    {"e_ca_subject_field_empty", Since::kRfc2459, authority, subject_empty},
    {"e_issuer_dn_country_not_printable_string", Since::kAlways, issuer_has_country,
     issuer_country},
    {"e_issuer_field_empty", Since::kRfc2459, everyone, issuer_empty},
    {"e_subj_contains_html_entities", Since::kAlways, everyone, words<has_entity>},
    {"e_subj_country_not_uppercase", Since::kAlways, everyone, country_not_uppercase},
    {"e_subj_email_not_in_san", Since::kRfc2459, subject_has<oid::kEmailAddress>, email_not_in_san},
    {"e_subject_common_name_max_length", Since::kRfc2459, subject_says<oid::kCommonName>,
     too_long<oid::kCommonName, kShort>},
    {"e_subject_dn_country_not_printable_string", Since::kAlways, subject_has<oid::kCountry>,
     subject_not_printable_string<oid::kCountry>},
    {"e_subject_dn_not_printable_characters", Since::kAlways, everyone, control_characters},
    {"e_subject_dn_serial_number_max_length", Since::kAlways, subject_says<oid::kSerialNumber>,
     too_long<oid::kSerialNumber, kShort>},
    {"e_subject_dn_serial_number_not_printable_string", Since::kAlways,
     subject_says<oid::kSerialNumber>, subject_not_printable_string<oid::kSerialNumber>},
    {"e_subject_email_max_length", Since::kRfc2459, subject_has<oid::kEmailAddress>,
     too_long<oid::kEmailAddress, kEmail>},
    {"e_subject_empty_without_san", Since::kRfc2459, everyone, subject_empty_without_san},
    {"e_subject_given_name_max_length", Since::kRfc2459, subject_has<oid::kGivenName>,
     too_long<oid::kGivenName, kPerson>},
    {"e_subject_locality_name_max_length", Since::kRfc2459, subject_has<oid::kLocality>,
     too_long<oid::kLocality, kPlace>},
    {"e_subject_not_dn", Since::kRfc2459, everyone, subject_not_dn},
    {"e_subject_organization_name_max_length", Since::kRfc2459, subject_has<oid::kOrganization>,
     too_long<oid::kOrganization, kShort>},
    {"e_subject_organizational_unit_name_max_length", Since::kRfc2459,
     subject_has<oid::kOrganizationalUnit>, too_long<oid::kOrganizationalUnit, kShort>},
    {"e_subject_postal_code_max_length", Since::kRfc2459, subject_has<oid::kPostalCode>,
     too_long<oid::kPostalCode, kPostal>},
    {"e_subject_printable_string_badalpha", Since::kRfc2459, everyone, bad_printable_string},
    {"e_subject_state_name_max_length", Since::kRfc2459, subject_has<oid::kState>,
     too_long<oid::kState, kPlace>},
    {"e_subject_street_address_max_length", Since::kRfc2459, subject_has<oid::kStreet>,
     too_long<oid::kStreet, kPlace>},
    {"e_subject_surname_max_length", Since::kRfc2459, subject_has<oid::kSurname>,
     too_long<oid::kSurname, kPerson>},
    {"e_utf8_latin1_mixup", Since::kAlways, everyone, words<has_mixup>},
    {"n_multiple_subject_rdn", Since::kAlways, everyone, several_in_one_rdn<&Facts::subject>},
    {"w_issuer_dn_leading_whitespace", Since::kAlways, everyone, white_space<&Facts::issuer, true>},
    {"w_issuer_dn_trailing_whitespace", Since::kAlways, everyone,
     white_space<&Facts::issuer, false>},
    {"w_multiple_issuer_rdn", Since::kAlways, everyone, several_in_one_rdn<&Facts::issuer>},
    {"w_subject_dn_leading_whitespace", Since::kAlways, everyone,
     white_space<&Facts::subject, true>},
    {"w_subject_dn_trailing_whitespace", Since::kAlways, everyone,
     white_space<&Facts::subject, false>},
    {"w_subject_given_name_recommended_max_length", Since::kRfc2459, subject_has<oid::kGivenName>,
     too_long<oid::kGivenName, kShort>},
    {"w_subject_surname_recommended_max_length", Since::kRfc2459, subject_has<oid::kSurname>,
     too_long<oid::kSurname, kShort>},
};

}  // namespace

std::span<const Rule> name_rules() {
    return kRules;
}

}  // namespace step::lint
