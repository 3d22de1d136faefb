#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "base/hex.h"
#include "lint/rule.h"
#include "x509/certificate.h"

namespace step::lint {
namespace {

namespace ku = x509::key_usage;

constexpr std::string_view kServerAuth = "\x2b\x06\x01\x05\x05\x07\x03\x01";

std::string_view encoding(const Facts& facts) {
    return facts.find(oid::kKeyUsage)->value;
}
bool has_encoding(const Facts& facts) {
    return facts.has(oid::kKeyUsage) && !encoding(facts).empty();
}
std::string shown(const Facts& facts) {
    return "the extension is " + encode_hex(encoding(facts));
}

/// DER drops trailing zero bits of a named bit list (X.690 11.2.2).
Outcome wrong_unused_bits(const Facts& facts) {
    constexpr std::size_t kHeader = 3;
    const std::string_view value = encoding(facts);
    if (value.size() <= kHeader) {
        return unreadable("key usage has four octets or more; " + shown(facts));
    }
    const std::string_view bits = value.substr(kHeader);
    const std::size_t last = bits.find_last_not_of('\0');
    unsigned unused = 0;
    if (last != std::string_view::npos) {
        unused = static_cast<unsigned>(std::countr_zero(static_cast<unsigned char>(bits[last])) +
                                       static_cast<int>(8 * (bits.size() - 1 - last)));
    }
    return broken_if(static_cast<unsigned char>(value[2]) != unused, shown(facts));
}
Outcome superfluous_octet(const Facts& facts) {
    return broken_if(encoding(facts).back() == '\0', shown(facts));
}
Outcome too_many_bits(const Facts& facts) {
    asn1::Reader reader(encoding(facts));
    const auto contents = reader.read(asn1::Tag::kBitString);
    if (!contents || contents->empty()) {
        return broken_if(true, shown(facts));
    }
    const auto unused = static_cast<unsigned char>(contents->front());
    const std::string_view bits = contents->substr(1);
    constexpr unsigned kMostUnused = 7, kNamedBits = 9;
    const auto last = bits.empty() ? 0U : static_cast<unsigned char>(bits.back());
    if (unused > kMostUnused || (bits.empty() && unused != 0) ||
        (last & ((1U << unused) - 1U)) != 0) {
        return broken_if(true, shown(facts));
    }
    // The highest bit that is set may be the ninth at most, counted from the end.
    const std::size_t first = bits.find_first_not_of('\0');
    const std::size_t width =
        first == std::string_view::npos
            ? 0
            : 8 * (bits.size() - first) -
                  static_cast<unsigned>(std::countl_zero(static_cast<unsigned char>(bits[first])));
    return broken_if(width > unused && width - unused > kNamedBits, shown(facts));
}
Outcome no_bits(const Facts& facts) {
    return broken_if(facts.key_usage == 0);
}
Outcome cert_sign_without_ca(const Facts& facts) {
    return broken_if((facts.key_usage & ku::kCertSign) != 0 && !facts.ca);
}

constexpr struct {
    std::uint32_t bit;
    std::string_view name;
} kNames[] = {{ku::kDigitalSignature, "digitalSignature"},
              {ku::kContentCommitment, "contentCommitment"},
              {ku::kKeyEncipherment, "keyEncipherment"},
              {ku::kDataEncipherment, "dataEncipherment"},
              {ku::kKeyAgreement, "keyAgreement"},
              {ku::kCertSign, "keyCertSign"},
              {ku::kCrlSign, "cRLSign"},
              {ku::kEncipherOnly, "encipherOnly"},
              {ku::kDecipherOnly, "decipherOnly"}};

Outcome forbidden(const Facts& facts, std::uint32_t bits) {
    std::string names;
    for (const auto& known : kNames) {
        if ((facts.key_usage & bits & known.bit) != 0) {
            names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
        }
    }
    return broken_if(!names.empty(), "the key is not for " + names);
}

bool ec_with_usage(const Facts& facts) {
    return facts.ec() && facts.has(oid::kKeyUsage);
}
bool ec_subscriber_with_usage(const Facts& facts) {
    return ec_with_usage(facts) && facts.subscriber();
}
bool rsa_ca_with_usage(const Facts& facts) {
    return facts.rsa() && facts.has(oid::kKeyUsage) && facts.ca;
}
bool rsa_subscriber_with_usage(const Facts& facts) {
    return facts.rsa() && facts.has(oid::kKeyUsage) && facts.subscriber();
}
/// RFC 8813 3
Outcome ec_usage(const Facts& facts) {
    return forbidden(facts, ku::kKeyEncipherment | ku::kDataEncipherment);
}
Outcome ec_subscriber_usage(const Facts& facts) {
    return forbidden(facts, ~(ku::kDigitalSignature | ku::kContentCommitment | ku::kKeyAgreement));
}
/// RFC 3279 2.3.1
Outcome rsa_ca_usage(const Facts& facts) {
    return forbidden(facts, ku::kKeyAgreement | ku::kEncipherOnly | ku::kDecipherOnly);
}
Outcome rsa_subscriber_usage(const Facts& facts) {
    return forbidden(facts, ku::kKeyAgreement | ku::kCertSign | ku::kCrlSign | ku::kEncipherOnly |
                                ku::kDecipherOnly);
}
Outcome rsa_ca_encipherment(const Facts& facts) {
    return (facts.key_usage & (ku::kCertSign | ku::kCrlSign)) == 0
               ? Outcome{}
               : forbidden(facts, ku::kKeyEncipherment | ku::kDataEncipherment);
}

/// The usages that go with a purpose (RFC 5280 4.2.1.12); key encipherment and key agreement
/// exclude each other.
struct Purpose {
    std::string_view id;
    std::uint32_t usages;
};
constexpr Purpose kPurposes[] = {
    {kServerAuth, ku::kDigitalSignature | ku::kKeyEncipherment | ku::kKeyAgreement},
    {"\x2b\x06\x01\x05\x05\x07\x03\x02", ku::kDigitalSignature | ku::kKeyAgreement},
    {"\x2b\x06\x01\x05\x05\x07\x03\x03", ku::kDigitalSignature},
    {"\x2b\x06\x01\x05\x05\x07\x03\x04",
     ku::kDigitalSignature | ku::kContentCommitment | ku::kKeyEncipherment | ku::kKeyAgreement},
    {"\x2b\x06\x01\x05\x05\x07\x03\x08", ku::kDigitalSignature | ku::kContentCommitment},
    {"\x2b\x06\x01\x05\x05\x07\x03\x09", ku::kDigitalSignature | ku::kContentCommitment},
};
const Purpose* find_purpose(std::string_view id) {
    const auto* found = std::ranges::find(kPurposes, id, &Purpose::id);
    return found == std::end(kPurposes) ? nullptr : found;
}
bool subscriber_with_both(const Facts& facts) {
    return facts.subscriber() && facts.has(oid::kKeyUsage) && facts.has(oid::kExtKeyUsage);
}
Outcome inconsistent_purposes(const Facts& facts) {
    std::uint32_t together = 0;
    for (const std::string_view id : facts.extended_key_usage) {
        const Purpose* purpose = find_purpose(id);
        if (purpose == nullptr) {
            return {};  // What goes with it is not ours to say.
        }
        together |= purpose->usages;
    }
    if (facts.extended_key_usage.empty()) {
        return {};
    }
    constexpr std::uint32_t kBoth = ku::kKeyEncipherment | ku::kKeyAgreement;
    const bool single = facts.extended_key_usage.size() == 1;
    // A signature of content alone is for people who also sign; RFC 5280 has it for mail, time
    // stamps and OCSP.
    return broken_if(facts.key_usage == 0 || (facts.key_usage & ~together) != 0 ||
                         (single && (facts.key_usage & kBoth) == kBoth),
                     "key usage does not go with extended key usage");
}
Outcome critical_any_purpose(const Facts& facts) {
    return broken_if(facts.find(oid::kExtKeyUsage)->critical &&
                     std::ranges::find(facts.extended_key_usage, oid::kAnyExtKeyUsage) !=
                         facts.extended_key_usage.end());
}

constexpr Rule kRules[] = {
    {"e_ecdsa_allowed_ku", Since::kRfc8813, ec_with_usage, ec_usage},
    {"e_ext_key_usage_cert_sign_without_ca", Since::kRfc3280, has<oid::kKeyUsage>,
     cert_sign_without_ca},
    {"e_ext_key_usage_without_bits", Since::kRfc5280, has<oid::kKeyUsage>, no_bits},
    {"e_incorrect_ku_encoding", Since::kAlways, has_encoding, wrong_unused_bits},
    {"e_key_usage_and_extended_key_usage_inconsistent", Since::kRfc5280, subscriber_with_both,
     inconsistent_purposes},
    {"e_key_usage_incorrect_length", Since::kRfc5280, has<oid::kKeyUsage>, too_many_bits},
    {"e_rsa_allowed_ku_ca", Since::kRfc3280, rsa_ca_with_usage, rsa_ca_usage},
    {"e_rsa_allowed_ku_ee", Since::kRfc3280, rsa_subscriber_with_usage, rsa_subscriber_usage},
    {"e_rsa_allowed_ku_no_encipherment_ca", Since::kRfc3280, rsa_ca_with_usage,
     rsa_ca_encipherment},
    {"e_superfluous_ku_encoding", Since::kAlways, has_encoding, superfluous_octet},
    {"n_ecdsa_ee_invalid_ku", Since::kBaseline2012, ec_subscriber_with_usage, ec_subscriber_usage},
    {"w_eku_critical_improperly", Since::kRfc3280, has<oid::kExtKeyUsage>, critical_any_purpose},
    {"w_ext_key_usage_not_critical", Since::kRfc2459, has<oid::kKeyUsage>,
     not_critical<oid::kKeyUsage>},
};

}  // namespace

std::span<const Rule> key_usage_rules() {
    return kRules;
}

}  // namespace step::lint
