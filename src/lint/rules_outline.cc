#include <algorithm>

#include <fmt/format.h>

#include "base/hex.h"
#include "lint/rule.h"

namespace step::lint {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr std::size_t kMaxSerial = 20;  // RFC 5280 4.1.2.2

Outcome unique_identifier(const Facts& facts) {
    return broken_if(facts.has_unique_id);
}
Outcome unique_identifier_version(const Facts& facts) {
    return broken_if(facts.has_unique_id && facts.version != 2 && facts.version != 3);
}
Outcome extensions_version(const Facts& facts) {
    return broken_if(!facts.extensions.empty() && facts.version != 3);
}
Outcome critical_spelled_out(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.extensions, &ExtensionFacts::critical_spelled_out),
                     "an extension says critical FALSE, which DER leaves out");
}

Outcome serial_too_long(const Facts& facts) {
    return broken_if(facts.serial.size() > kMaxSerial,
                     fmt::format("the serial number has {} octets: {}", facts.serial.size(),
                                 encode_hex(facts.serial)));
}
Outcome serial_not_positive(const Facts& facts) {
    const bool negative = (static_cast<unsigned char>(facts.serial.front()) & 0x80U) != 0;
    return broken_if(negative || facts.serial.find_first_not_of('\0') == std::string_view::npos);
}

Outcome algorithms_differ(const Facts& facts) {
    return broken_if(facts.algorithm != facts.tbs_algorithm);
}

/// RFC 3279 2.2.1, RFC 4055 5: PKCS#1 signatures, whose parameters are NULL.
bool rsa_signature(const Facts& facts) {
    constexpr std::string_view kPkcs1 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01";
    constexpr std::string_view kArcs = "\x01\x02\x04\x05\x0b\x0c\x0d\x0e";
    Reader outer(facts.tbs_algorithm);
    auto fields = outer.enter();
    const auto id = fields ? fields->read(Tag::kOid) : Result<ByteView>(fields.error());
    return id && id->size() == kPkcs1.size() + 1 && id->starts_with(kPkcs1) &&
           kArcs.find(id->back()) != std::string_view::npos;
}
bool null_parameters(std::string_view algorithm) {
    Reader outer(algorithm);
    auto fields = outer.enter();
    if (!fields || !fields->read(Tag::kOid)) {
        return false;
    }
    const auto null = fields->read(Tag::kNull);
    return null && null->empty() && fields->at_end();
}
Outcome signature_parameters(const Facts& facts) {
    return broken_if(!null_parameters(facts.tbs_algorithm),
                     "the signature algorithm's parameters are not NULL");
}
bool rsa_key(const Facts& facts) {
    return facts.rsa();
}
Outcome key_parameters(const Facts& facts) {
    return broken_if(!null_parameters(facts.key_algorithm),
                     "the key algorithm's parameters are not NULL");
}

std::optional<std::string_view> rsa_exponent(const Facts& facts) {
    Reader outer(facts.key_bits);
    auto numbers = outer.enter();
    if (!numbers || !numbers->read_integer()) {
        return std::nullopt;
    }
    const auto exponent = numbers->read_integer();
    return exponent ? std::optional(*exponent) : std::nullopt;
}
bool readable_rsa_key(const Facts& facts) {
    return facts.rsa() && rsa_exponent(facts);
}
Outcome rsa_no_public_key(const Facts& facts) {
    return broken_if(!rsa_exponent(facts));
}
Outcome rsa_exponent_negative(const Facts& facts) {
    return broken_if((static_cast<unsigned char>(rsa_exponent(facts)->front()) & 0x80U) != 0);
}

/// True if `wrong` holds for one of the two times that has this tag.
template <class F>
Outcome times(const Facts& facts, Tag tag, const F& wrong) {
    const auto bad = [&](const TimeFacts& time) { return time.tag == tag && wrong(time.text); };
    return broken_if(bad(facts.not_before) || bad(facts.not_after));
}
template <Tag kTag>
bool uses(const Facts& facts) {
    return facts.not_before.tag == kTag || facts.not_after.tag == kTag;
}
/// Digits before a zone of "Z" or "+hhmm".
std::size_t digits(std::string_view time) {
    return std::min(time.find_first_not_of("0123456789"), time.size());
}
constexpr std::size_t kUtcDigits = 12, kGeneralizedDigits = 14;

Outcome utc_without_seconds(const Facts& facts) {
    return times(facts, Tag::kUtcTime,
                 [](std::string_view time) { return digits(time) != kUtcDigits; });
}
Outcome generalized_without_seconds(const Facts& facts) {
    return times(facts, Tag::kGeneralizedTime,
                 [](std::string_view time) { return digits(time) < kGeneralizedDigits; });
}
Outcome generalized_fraction(const Facts& facts) {
    return times(facts, Tag::kGeneralizedTime, [](std::string_view time) {
        return time.find_first_of(".,") != std::string_view::npos;
    });
}
template <Tag kTag>
Outcome not_zulu(const Facts& facts) {
    return times(facts, kTag, [](std::string_view time) { return !time.ends_with('Z'); });
}
/// RFC 5280 4.1.2.5: UTCTime through 2049.
Outcome generalized_too_early(const Facts& facts) {
    return times(facts, Tag::kGeneralizedTime,
                 [](std::string_view time) { return time.substr(0, 4) < "2050"; });
}
Outcome validity_backwards(const Facts& facts) {
    return broken_if(facts.not_before.time && facts.not_after.time &&
                     *facts.not_before.time > *facts.not_after.time);
}

constexpr Rule kRules[] = {
    {"e_cert_contains_unique_identifier", Since::kRfc5280, everyone, unique_identifier},
    {"e_cert_ext_invalid_der", Since::kRfc5280, everyone, critical_spelled_out},
    {"e_cert_extensions_version_not_3", Since::kRfc2459, everyone, extensions_version},
    {"e_cert_sig_alg_not_match_tbs_sig_alg", Since::kRfc5280, everyone, algorithms_differ},
    {"e_cert_unique_identifier_version_not_2_or_3", Since::kRfc5280, everyone,
     unique_identifier_version},
    {"e_generalized_time_does_not_include_seconds", Since::kRfc2459, uses<Tag::kGeneralizedTime>,
     generalized_without_seconds},
    {"e_generalized_time_includes_fraction_seconds", Since::kRfc2459, uses<Tag::kGeneralizedTime>,
     generalized_fraction},
    {"e_generalized_time_not_in_zulu", Since::kRfc2459, uses<Tag::kGeneralizedTime>,
     not_zulu<Tag::kGeneralizedTime>},
    {"e_rsa_exp_negative", Since::kAlways, readable_rsa_key, rsa_exponent_negative},
    {"e_rsa_no_public_key", Since::kAlways, rsa_key, rsa_no_public_key},
    {"e_serial_number_longer_than_20_octets", Since::kRfc3280, everyone, serial_too_long},
    {"e_serial_number_not_positive", Since::kRfc3280, everyone, serial_not_positive},
    {"e_spki_rsa_encryption_parameter_not_null", Since::kRfc5280, rsa_key, key_parameters},
    {"e_tbs_signature_rsa_encryption_parameter_not_null", Since::kRfc5280, rsa_signature,
     signature_parameters},
    {"e_utc_time_does_not_include_seconds", Since::kRfc2459, uses<Tag::kUtcTime>,
     utc_without_seconds},
    {"e_utc_time_not_in_zulu", Since::kRfc2459, uses<Tag::kUtcTime>, not_zulu<Tag::kUtcTime>},
    {"e_validity_time_not_positive", Since::kAlways, everyone, validity_backwards},
    {"e_wrong_time_format_pre2050", Since::kRfc2459, everyone, generalized_too_early},
};

}  // namespace

std::span<const Rule> outline_rules() {
    return kRules;
}

}  // namespace step::lint
