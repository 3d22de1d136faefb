#include "lint/extensions.h"

namespace step::lint {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr unsigned kTagNumber = 0x1f, kContextClass = 0x80, kClass = 0xc0;

GeneralName general_name(const Reader::Element& element) {
    const auto octet = static_cast<unsigned>(element.tag);
    // A tag of another class is a kind that no rule knows.
    return {.kind = (octet & kClass) == kContextClass ? octet & kTagNumber : kTagNumber,
            .contents = element.contents};
}

GeneralNames general_names(ByteView value) {
    GeneralNames names;
    Reader outer(value);
    auto list = outer.enter();
    if (!list) {
        return names;
    }
    names.readable = true;
    while (!list->at_end()) {
        const auto element = list->read_any();
        if (!element) {
            return names;
        }
        names.names.push_back(general_name(*element));
    }
    names.whole = true;
    return names;
}

/// A BIT STRING, with less care than Reader takes: bad counts of unused bits are what rules find.
std::uint32_t key_usage_bits(ByteView value) {
    const auto bits = Reader(value).read(Tag::kBitString);
    if (!bits) {
        return 0;
    }
    constexpr std::size_t kBits = 9, kOctet = 8;
    std::uint32_t usage = 0;
    for (std::size_t i = 0; i < kBits && 1 + i / kOctet < bits->size(); ++i) {
        const auto octet = static_cast<unsigned char>((*bits)[1 + i / kOctet]);
        if ((octet >> (kOctet - 1 - i % kOctet) & 1U) != 0) {
            usage |= 1U << i;
        }
    }
    return usage;
}

Status basic_constraints(ByteView value, Facts& facts) {
    Reader outer(value);
    STEP_ASSIGN(Reader fields, outer.enter());
    bool ca = false;
    if (fields.next_is(Tag::kBoolean)) {
        STEP_ASSIGN(ca, fields.read_boolean());
    }
    if (!fields.at_end()) {
        STEP_ASSIGN(const ByteView path_length, fields.read_integer());
        (void)path_length;
    }
    STEP_TRY(fields.finish());
    facts.ca = ca;
    facts.basic_constraints_readable = true;
    return ok();
}

Status subtree_list(Reader& fields, bool permitted, Facts& facts) {
    const Tag tag = asn1::context_constructed(permitted ? 0 : 1);
    if (!fields.next_is(tag)) {
        return ok();
    }
    STEP_ASSIGN(Reader list, fields.enter(tag));
    while (!list.at_end()) {
        STEP_ASSIGN(Reader entry, list.enter());
        STEP_ASSIGN(const Reader::Element base, entry.read_any());
        Subtree subtree{.permitted = permitted, .base = general_name(base)};
        STEP_ASSIGN(const auto minimum, entry.read_optional(asn1::context(0)));
        if (minimum) {
            subtree.minimum = minimum->find_first_not_of('\0') == ByteView::npos ? 0 : 1;
        }
        STEP_ASSIGN(const auto maximum, entry.read_optional(asn1::context(1)));
        subtree.has_maximum = maximum && maximum->find_first_not_of('\0') != ByteView::npos;
        facts.subtrees.push_back(subtree);
    }
    return ok();
}

Status name_constraints(ByteView value, Facts& facts) {
    Reader outer(value);
    STEP_ASSIGN(Reader fields, outer.enter());
    STEP_TRY(subtree_list(fields, true, facts));
    return subtree_list(fields, false, facts);
}

/// UserNotice (RFC 5280 4.2.1.4).
Status user_notice(Reader& qualifier, Policy& policy) {
    STEP_ASSIGN(Reader notice, qualifier.enter());
    if (notice.next_is(Tag::kSequence)) {
        STEP_ASSIGN(Reader reference, notice.enter());
        policy.notice_reference = true;
        (void)reference;
    }
    if (!notice.at_end()) {
        STEP_ASSIGN(const Reader::Element text, notice.read_any());
        policy.explicit_texts.push_back({.tag = text.tag, .value = text.contents});
    }
    return ok();
}

Status policies(ByteView value, Facts& facts) {
    constexpr std::string_view kUserNotice = "\x2b\x06\x01\x05\x05\x07\x02\x02";
    Reader outer(value);
    STEP_ASSIGN(Reader list, outer.enter());
    while (!list.at_end()) {
        STEP_ASSIGN(Reader fields, list.enter());
        Policy policy;
        STEP_ASSIGN(policy.id, fields.read(Tag::kOid));
        if (!fields.at_end()) {
            STEP_ASSIGN(Reader qualifiers, fields.enter());
            while (!qualifiers.at_end()) {
                STEP_ASSIGN(Reader qualifier, qualifiers.enter());
                STEP_ASSIGN(const ByteView id, qualifier.read(Tag::kOid));
                policy.qualifiers.push_back(id);
                if (id == kUserNotice) {
                    STEP_TRY(user_notice(qualifier, policy));
                }
            }
        }
        facts.policies.push_back(std::move(policy));
    }
    facts.policies_readable = true;
    return ok();
}

Status extended_key_usage(ByteView value, Facts& facts) {
    Reader outer(value);
    STEP_ASSIGN(Reader list, outer.enter());
    while (!list.at_end()) {
        STEP_ASSIGN(const ByteView id, list.read(Tag::kOid));
        facts.extended_key_usage.push_back(id);
    }
    return ok();
}

Status authority_key_id(ByteView value, Facts& facts) {
    Reader outer(value);
    STEP_ASSIGN(Reader fields, outer.enter());
    STEP_ASSIGN(const auto id, fields.read_optional(asn1::context(0)));
    facts.has_authority_key_id = id.has_value();
    return ok();
}

/// The URIs among the full names of distribution points (RFC 5280 4.2.1.13).
Status crl_points(ByteView value, Facts& facts) {
    Reader outer(value);
    STEP_ASSIGN(Reader list, outer.enter());
    while (!list.at_end()) {
        STEP_ASSIGN(Reader point, list.enter());
        if (!point.next_is(asn1::context_constructed(0))) {
            continue;
        }
        STEP_ASSIGN(Reader name, point.enter(asn1::context_constructed(0)));
        if (!name.next_is(asn1::context_constructed(0))) {
            continue;
        }
        STEP_ASSIGN(Reader full, name.enter(asn1::context_constructed(0)));
        while (!full.at_end()) {
            STEP_ASSIGN(const Reader::Element element, full.read_any());
            if (element.tag == asn1::context(6)) {
                facts.crl_urls.push_back(element.contents);
            }
        }
    }
    return ok();
}

/// The URIs at which authority information access offers the issuer (RFC 5280 4.2.2.1).
Status issuer_urls(ByteView value, Facts& facts) {
    constexpr std::string_view kCaIssuers = "\x2b\x06\x01\x05\x05\x07\x30\x02";
    Reader outer(value);
    STEP_ASSIGN(Reader list, outer.enter());
    while (!list.at_end()) {
        STEP_ASSIGN(Reader access, list.enter());
        STEP_ASSIGN(const ByteView method, access.read(Tag::kOid));
        STEP_ASSIGN(const Reader::Element location, access.read_any());
        if (method == kCaIssuers && location.tag == asn1::context(6)) {
            facts.issuer_urls.push_back(location.contents);
        }
    }
    return ok();
}

constexpr struct {
    std::string_view id;
    Status (*decode)(ByteView value, Facts& facts);
} kDecoders[] = {
    {oid::kBasicConstraints, basic_constraints},
    {oid::kNameConstraints, name_constraints},
    {oid::kPolicies, policies},
    {oid::kExtKeyUsage, extended_key_usage},
    {oid::kAuthorityKeyId, authority_key_id},
    {oid::kCrlPoints, crl_points},
    {oid::kAuthorityInfo, issuer_urls},
};

}  // namespace

void decode_extensions(Facts& facts) {
    for (const auto& decoder : kDecoders) {
        if (const ExtensionFacts* extension = facts.find(decoder.id)) {
            // A failure leaves what was read so far; see the header.
            (void)decoder.decode(extension->value, facts);
        }
    }
    if (const ExtensionFacts* usage = facts.find(oid::kKeyUsage)) {
        facts.key_usage = key_usage_bits(usage->value);
    }
    if (const ExtensionFacts* names = facts.find(oid::kSubjectAltName)) {
        facts.subject_alt_names = general_names(names->value);
    }
    if (const ExtensionFacts* names = facts.find(oid::kIssuerAltName)) {
        facts.issuer_alt_names = general_names(names->value);
    }
}

}  // namespace step::lint
