#include <algorithm>
#include <set>

#include "lint/rule.h"

namespace step::lint {
namespace {

using asn1::Reader;
using asn1::Tag;
using Text = Policy::Text;

constexpr std::size_t kMaxText = 200;  // RFC 5280 4.2.1.4

bool has_any_policy(const Facts& facts) {
    return std::ranges::find(facts.policies, oid::kAnyPolicy, &Policy::id) != facts.policies.end();
}
/// RFC 5280 4.2.1.4: anyPolicy may be qualified by a practice statement or a notice only.
Outcome any_policy_qualified(const Facts& facts) {
    if (!facts.policies_readable) {
        return unreadable();
    }
    constexpr std::string_view kQualifiers = "\x2b\x06\x01\x05\x05\x07\x02";  // .1 and .2
    for (const Policy& policy : facts.policies) {
        for (const std::string_view id : policy.qualifiers) {
            const bool known = id.size() == kQualifiers.size() + 1 && id.starts_with(kQualifiers) &&
                               (id.back() == '\x01' || id.back() == '\x02');
            if (policy.id == oid::kAnyPolicy && !known) {
                return broken_if(true);
            }
        }
    }
    return {};
}
Outcome duplicate_policy(const Facts& facts) {
    std::set<std::string_view> seen;
    return broken_if(std::ranges::any_of(
        facts.policies, [&](const Policy& policy) { return !seen.insert(policy.id).second; }));
}
Outcome notice_reference(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.policies, &Policy::notice_reference));
}

bool has_text(const Facts& facts) {
    return std::ranges::any_of(facts.policies,
                               [](const Policy& policy) { return !policy.explicit_texts.empty(); });
}
template <bool (*kBad)(const Text&)>
Outcome texts(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.policies, [](const Policy& policy) {
        return std::ranges::any_of(policy.explicit_texts, kBad);
    }));
}
bool is_ia5(const Text& text) {
    return text.tag == Tag::kIa5String;
}
bool is_not_utf8(const Text& text) {
    return text.tag != Tag::kUtf8String;
}
/// zlint counts octets, but for BMPString; so do we.
bool is_too_long(const Text& text) {
    return (text.tag == Tag::kBmpString ? text.value.size() / 2 : text.value.size()) > kMaxText;
}
bool has_control(const Text& text) {
    if (text.tag != Tag::kUtf8String) {
        return false;
    }
    for (std::size_t i = 0; i < text.value.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text.value[i]);
        const auto next =
            i + 1 < text.value.size() ? static_cast<unsigned char>(text.value[i + 1]) : 0U;
        if (octet < 0x20 || octet == 0x7f || (octet == 0xc2 && next >= 0x80 && next <= 0x9f)) {
            return true;
        }
    }
    return false;
}

/// Calls `see(issuer policy, subject policy)` for each mapping; false if they cannot be read.
template <class F>
bool mappings(const Facts& facts, const F& see) {
    Reader outer(facts.find(oid::kPolicyMappings)->value);
    auto list = outer.enter();
    while (list && !list->at_end()) {
        auto pair = list->enter();
        const auto from = pair ? pair->read(Tag::kOid) : Result<ByteView>(pair.error());
        const auto to = from ? pair->read(Tag::kOid) : Result<ByteView>(from.error());
        if (!to) {
            return false;
        }
        see(*from, *to);
    }
    return bool{list};
}
Outcome maps_any_policy(const Facts& facts) {
    bool found = false;
    const bool whole = mappings(facts, [&](std::string_view from, std::string_view to) {
        found = found || from == oid::kAnyPolicy || to == oid::kAnyPolicy;
    });
    return whole ? broken_if(found) : unreadable();
}
Outcome maps_foreign_policy(const Facts& facts) {
    bool found = false;
    const bool whole = mappings(facts, [&](std::string_view from, std::string_view) {
        found =
            found || std::ranges::find(facts.policies, from, &Policy::id) == facts.policies.end();
    });
    return whole ? broken_if(found) : unreadable();
}

bool readable_policy_constraints(const Facts& facts) {
    const ExtensionFacts* extension = facts.find(oid::kPolicyConstraints);
    if (extension == nullptr) {
        return false;
    }
    Reader outer(extension->value);
    return outer.enter() && outer.at_end();
}
Outcome policy_constraints_empty(const Facts& facts) {
    Reader outer(facts.find(oid::kPolicyConstraints)->value);
    const auto fields = outer.enter();
    return fields ? broken_if(fields->at_end()) : unreadable();
}

constexpr Rule kRules[] = {
    {"e_ext_cert_policy_disallowed_any_policy_qualifier", Since::kRfc3280, has_any_policy,
     any_policy_qualified},
    {"e_ext_cert_policy_duplicate", Since::kRfc5280, has<oid::kPolicies>, duplicate_policy},
    {"e_ext_cert_policy_explicit_text_ia5_string", Since::kRfc6818, has_text, texts<is_ia5>},
    {"e_ext_cert_policy_explicit_text_too_long", Since::kRfc6818, has_text, texts<is_too_long>},
    {"e_ext_policy_constraints_empty", Since::kRfc2459, readable_policy_constraints,
     policy_constraints_empty},
    {"e_ext_policy_constraints_not_critical", Since::kRfc5280, has<oid::kPolicyConstraints>,
     not_critical<oid::kPolicyConstraints>},
    {"e_ext_policy_map_any_policy", Since::kRfc3280, has<oid::kPolicyMappings>, maps_any_policy},
    {"e_inhibit_any_policy_not_critical", Since::kRfc3280, has<oid::kInhibitAnyPolicy>,
     not_critical<oid::kInhibitAnyPolicy>},
    {"w_ext_cert_policy_contains_noticeref", Since::kRfc5280, has<oid::kPolicies>,
     notice_reference},
    {"w_ext_cert_policy_explicit_text_includes_control", Since::kRfc6818, has_text,
     texts<has_control>},
    {"w_ext_cert_policy_explicit_text_not_utf8", Since::kRfc6818, has_text, texts<is_not_utf8>},
    {"w_ext_policy_map_not_critical", Since::kRfc2459, has<oid::kPolicyMappings>,
     not_critical<oid::kPolicyMappings>},
    {"w_ext_policy_map_not_in_cert_policy", Since::kRfc3280, has<oid::kPolicyMappings>,
     maps_foreign_policy},
};

}  // namespace

std::span<const Rule> policy_rules() {
    return kRules;
}

}  // namespace step::lint
