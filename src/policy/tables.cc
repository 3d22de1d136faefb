#include <algorithm>

#include "base/text.h"
#include "policy/domain.h"
#include "policy/tables_impl.h"

namespace step::policy::impl {

void DomainTable::add(std::string rule, RuleIndex index) {
    if (rule.starts_with('.')) {
        rule.erase(0, 1);
        parents_.add(rule, index);
        one_more_.add(std::move(rule), index);
    } else {
        parents_.add(std::string(parent_of(rule)), index);
        exact_.add(std::move(rule), index);
    }
}

RuleIndex DomainTable::find(std::string_view domain) const {
    const RuleIndex exact = exact_.find(domain);
    if (domain.find('.') == std::string_view::npos) {
        return exact;
    }
    return std::min(exact, one_more_.find(parent_of(domain)));
}

RuleIndex DomainTable::find_under(std::string_view parent) const {
    return parents_.find(parent);
}

void EmailTable::add(const std::string& rule, RuleIndex index) {
    rules_.add(rule, index);
}

RuleIndex EmailTable::find(const std::string& local, const std::string& domain) const {
    return std::min(rules_.find(local + "@" + domain), rules_.find(domain));
}

RuleIndex EmailTable::find_in_any_case(const std::string& local, const std::string& domain) const {
    // Rules are in lower case.
    return find(to_lower(local), domain);
}

void AddressTable::add(const Range& range, RuleIndex index) {
    auto length = std::ranges::find_if(lengths_, [&](const Length& known) {
        return known.octets == range.octets.size() && known.ones == range.ones;
    });
    if (length == lengths_.end()) {
        length = lengths_.insert(length, {.octets = range.octets.size(), .ones = range.ones});
    }
    length->networks.add(range.octets, index);
}

RuleIndex AddressTable::find(ByteView ip) const {
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    if (ip.size() > kMapped.size() && ip.starts_with(kMapped)) {
        ip.remove_prefix(kMapped.size());
    }
    RuleIndex first = kNoRule;
    for (const Length& length : lengths_) {
        if (length.octets == ip.size()) {
            first = std::min(first, length.networks.find(mask(ip, length.ones)));
        }
    }
    return first;
}

}  // namespace step::policy::impl
