#include <algorithm>

#include "base/text.h"
#include "lint/rule.h"

namespace step::lint {
namespace {

constexpr unsigned kX400 = 3, kEdiParty = 5, kUri = 6, kRegisteredId = 8;

Outcome not_in_ca(const Facts& facts) {
    return broken_if(!facts.ca);
}
bool readable_constraints(const Facts& facts) {
    const ExtensionFacts* extension = facts.find(oid::kNameConstraints);
    if (extension == nullptr) {
        return false;
    }
    asn1::Reader outer(extension->value);
    return outer.enter() && outer.at_end();
}
Outcome empty(const Facts& facts) {
    asn1::Reader outer(facts.find(oid::kNameConstraints)->value);
    const auto fields = outer.enter();
    return fields ? broken_if(fields->at_end()) : unreadable();
}
Outcome minimum(const Facts& facts) {
    return broken_if(std::ranges::any_of(
        facts.subtrees, [](const Subtree& subtree) { return subtree.minimum != 0; }));
}
Outcome maximum(const Facts& facts) {
    return broken_if(std::ranges::any_of(facts.subtrees, &Subtree::has_maximum));
}
template <unsigned kKind>
Outcome constrains(const Facts& facts) {
    return broken_if(std::ranges::any_of(
        facts.subtrees, [](const Subtree& subtree) { return subtree.base.kind == kKind; }));
}
/// RFC 5280 4.2.1.10: a host, or a domain after a period.
Outcome uri_not_fqdn(const Facts& facts) {
    for (const Subtree& subtree : facts.subtrees) {
        if (subtree.base.kind != kUri) {
            continue;
        }
        std::string_view host = subtree.base.contents;
        host.remove_prefix(host.starts_with('.') ? 1 : 0);
        const auto labels = split(host, '.');
        if (labels.size() < 2 || std::ranges::any_of(labels, [](const std::string& label) {
                return label.empty() ||
                       to_lower(label).find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos;
            })) {
            return broken_if(true, quote(host) + " is no domain name");
        }
    }
    return {};
}

constexpr auto kPresent = has<oid::kNameConstraints>;

constexpr Rule kRules[] = {
    {"e_ext_name_constraints_not_critical", Since::kRfc2459, kPresent,
     not_critical<oid::kNameConstraints>},
    {"e_ext_name_constraints_not_in_ca", Since::kRfc2459, kPresent, not_in_ca},
    {"e_name_constraint_empty", Since::kRfc5280, readable_constraints, empty},
    {"e_name_constraint_maximum_not_absent", Since::kRfc2459, kPresent, maximum},
    {"e_name_constraint_minimum_non_zero", Since::kRfc2459, kPresent, minimum},
    {"e_name_constraint_not_fqdn", Since::kRfc5280, kPresent, uri_not_fqdn},
    {"w_name_constraint_on_edi_party_name", Since::kRfc5280, kPresent, constrains<kEdiParty>},
    {"w_name_constraint_on_registered_id", Since::kRfc5280, kPresent, constrains<kRegisteredId>},
    {"w_name_constraint_on_x400", Since::kRfc5280, kPresent, constrains<kX400>},
};

}  // namespace

std::span<const Rule> constraint_rules() {
    return kRules;
}

}  // namespace step::lint
