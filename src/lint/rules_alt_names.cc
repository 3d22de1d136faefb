#include <algorithm>
#include <set>

#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "lint/rule.h"

namespace step::lint {
namespace {

constexpr unsigned kEmail = 1, kDns = 2, kUri = 6;
constexpr std::size_t kMaxName = 253, kMaxLabel = 63;  // RFC 1035 2.3.4

using Names = GeneralNames Facts::*;
constexpr Names kSubject = &Facts::subject_alt_names, kIssuer = &Facts::issuer_alt_names;

template <Names kNames>
std::string_view value(const Facts& facts) {
    return facts.find(kNames == kSubject ? oid::kSubjectAltName : oid::kIssuerAltName)->value;
}
template <Names kNames, unsigned kKind, bool (*kBad)(std::string_view)>
Outcome any_name(const Facts& facts) {
    return broken_if(std::ranges::any_of((facts.*kNames).of(kKind), kBad));
}

bool bare_wildcard(std::string_view name) {
    return name.ends_with('*');
}
bool wildcard_not_first(std::string_view name) {
    return name.find('*', 1) != std::string_view::npos;
}
bool null_character(std::string_view name) {
    return name.find('\0') != std::string_view::npos;
}
bool begins_with_period(std::string_view name) {
    return name.starts_with('.');
}
bool is_space(std::string_view name) {
    return name == " ";
}
bool bad_mailbox(std::string_view address) {
    return !address.empty() && (address.find(' ') != std::string_view::npos ||
                                address.starts_with('<') || address.ends_with(')'));
}
bool not_ascii(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}
bool name_too_long(std::string_view name) {
    return name.size() > kMaxName;
}
bool two_labels_at_most(std::string_view name) {
    return std::ranges::count(name, '.') < 2;
}

bool bad_uri(std::string_view text) {
    const auto uri = parse_uri(text);
    return !uri || uri->scheme.empty() ||
           (uri->host.empty() && uri->user.empty() && uri->opaque.empty() && uri->path.empty());
}
bool relative_uri(std::string_view text) {
    const auto uri = parse_uri(text);
    return !uri || uri->scheme.empty();
}
/// Two labels or more of letters, digits, hyphens and underscores; a wildcard may stand first.
bool is_fqdn(std::string_view host) {
    if (host.starts_with("*.")) {
        host.remove_prefix(2);
    }
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    const auto labels = split(host, '.');
    return labels.size() > 1 && std::ranges::none_of(labels, [](const std::string& label) {
               return label.empty() || label.front() == '-' || label.back() == '-' ||
                      to_lower(label).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") !=
                          std::string::npos;
           });
}
bool bad_host(const Uri& uri) {
    return !is_fqdn(uri.hostname()) && !parse_ip(uri.hostname());
}
bool bad_uri_host(std::string_view text) {
    if (text.empty()) {
        return false;
    }
    const auto uri = parse_uri(text);
    return !uri || (uri->opaque.empty() && bad_host(*uri));
}
bool bad_issuer_uri_host(std::string_view text) {
    if (text.empty()) {
        return false;
    }
    const auto uri = parse_uri(text);
    return !uri || bad_host(*uri);
}

template <Names kNames>
Outcome dns_not_ia5(const Facts& facts) {
    const GeneralNames& names = facts.*kNames;
    return names.whole ? broken_if(std::ranges::any_of(names.of(kDns), not_ascii)) : unreadable();
}
template <Names kNames>
Outcome empty_name(const Facts& facts) {
    const GeneralNames& names = facts.*kNames;
    if (!names.readable) {
        return unreadable();
    }
    if (std::ranges::any_of(names.names,
                            [](const GeneralName& name) { return name.contents.empty(); })) {
        return broken_if(true);
    }
    return names.whole ? Outcome{} : Outcome{.kind = Outcome::Kind::kNotApplicable};
}
template <Names kNames>
Outcome no_entries(const Facts& facts) {
    constexpr std::string_view kEmptySequence{"\x30\x00", 2};
    const std::string_view whole = value<kNames>(facts);
    return broken_if(whole.size() < 2 || whole == kEmptySequence);
}

Outcome duplicate_dns(const Facts& facts) {
    std::set<std::string> seen;
    return broken_if(std::ranges::any_of(
        facts.subject_alt_names.of(kDns),
        [&](std::string_view name) { return !seen.insert(to_lower(name)).second; }));
}
Outcome not_critical_without_subject(const Facts& facts) {
    return broken_if(facts.subject.parts().empty() && !facts.find(oid::kSubjectAltName)->critical);
}
bool has_dns(const Facts& facts) {
    return !facts.subject_alt_names.of(kDns).empty();
}

bool subscriber(const Facts& facts) {
    return facts.subscriber();
}
bool named_subscriber(const Facts& facts) {
    return facts.subscriber() && (has_dns(facts) || !facts.common_name().empty());
}
bool empty_label(std::string_view name) {
    return std::ranges::any_of(split(name, '.'), &std::string::empty);
}
bool label_too_long(std::string_view name) {
    return std::ranges::any_of(split(name, '.'),
                               [](const std::string& label) { return label.size() > kMaxLabel; });
}
bool redacted(std::string_view name) {
    if (name.starts_with("*.")) {
        name.remove_prefix(2);
    }
    return name.starts_with("?.");
}
Outcome redacted_names(const Facts& facts) {
    return broken_if(redacted(facts.common_name()) ||
                     std::ranges::any_of(facts.subject_alt_names.of(kDns), redacted));
}

constexpr auto kHasSubject = has<oid::kSubjectAltName>, kHasIssuer = has<oid::kIssuerAltName>;

constexpr Rule kRules[] = {
    {"e_ext_ian_dns_not_ia5_string", Since::kRfc2459, kHasIssuer, dns_not_ia5<kIssuer>},
    {"e_ext_ian_empty_name", Since::kRfc2459, kHasIssuer, empty_name<kIssuer>},
    {"e_ext_ian_no_entries", Since::kRfc2459, kHasIssuer, no_entries<kIssuer>},
    {"e_ext_ian_rfc822_format_invalid", Since::kRfc2459, kHasIssuer,
     any_name<kIssuer, kEmail, bad_mailbox>},
    {"e_ext_ian_space_dns_name", Since::kRfc2459, kHasIssuer, any_name<kIssuer, kDns, is_space>},
    {"e_ext_ian_uri_format_invalid", Since::kRfc5280, kHasIssuer, any_name<kIssuer, kUri, bad_uri>},
    {"e_ext_ian_uri_host_not_fqdn_or_ip", Since::kRfc5280, kHasIssuer,
     any_name<kIssuer, kUri, bad_issuer_uri_host>},
    {"e_ext_ian_uri_not_ia5", Since::kRfc5280, kHasIssuer, any_name<kIssuer, kUri, not_ascii>},
    {"e_ext_ian_uri_relative", Since::kRfc5280, kHasIssuer, any_name<kIssuer, kUri, relative_uri>},
    {"e_ext_san_dns_name_too_long", Since::kRfc5280, has_dns,
     any_name<kSubject, kDns, name_too_long>},
    {"e_ext_san_dns_not_ia5_string", Since::kRfc2459, kHasSubject, dns_not_ia5<kSubject>},
    {"e_ext_san_empty_name", Since::kRfc2459, kHasSubject, empty_name<kSubject>},
    {"e_ext_san_no_entries", Since::kRfc2459, kHasSubject, no_entries<kSubject>},
    {"e_ext_san_not_critical_without_subject", Since::kRfc2459, kHasSubject,
     not_critical_without_subject},
    {"e_ext_san_rfc822_format_invalid", Since::kRfc2459, kHasSubject,
     any_name<kSubject, kEmail, bad_mailbox>},
    {"e_ext_san_space_dns_name", Since::kRfc2459, kHasSubject, any_name<kSubject, kDns, is_space>},
    {"e_ext_san_uri_format_invalid", Since::kRfc5280, kHasSubject,
     any_name<kSubject, kUri, bad_uri>},
    {"e_ext_san_uri_host_not_fqdn_or_ip", Since::kRfc5280, kHasSubject,
     any_name<kSubject, kUri, bad_uri_host>},
    {"e_ext_san_uri_not_ia5", Since::kRfc5280, kHasSubject, any_name<kSubject, kUri, not_ascii>},
    {"e_ext_san_uri_relative", Since::kRfc5280, kHasSubject,
     any_name<kSubject, kUri, relative_uri>},
    {"e_ian_bare_wildcard", Since::kAlways, kHasIssuer, any_name<kIssuer, kDns, bare_wildcard>},
    {"e_ian_dns_name_includes_null_char", Since::kAlways, kHasIssuer,
     any_name<kIssuer, kDns, null_character>},
    {"e_ian_dns_name_starts_with_period", Since::kAlways, kHasIssuer,
     any_name<kIssuer, kDns, begins_with_period>},
    {"e_ian_wildcard_not_first", Since::kAlways, kHasIssuer,
     any_name<kIssuer, kDns, wildcard_not_first>},
    {"e_rfc_dnsname_empty_label", Since::kRfc5280, named_subscriber,
     any_name<kSubject, kDns, empty_label>},
    {"e_rfc_dnsname_label_too_long", Since::kRfc5280, named_subscriber,
     any_name<kSubject, kDns, label_too_long>},
    {"e_san_bare_wildcard", Since::kAlways, kHasSubject, any_name<kSubject, kDns, bare_wildcard>},
    {"e_san_dns_name_includes_null_char", Since::kAlways, kHasSubject,
     any_name<kSubject, kDns, null_character>},
    {"e_san_dns_name_starts_with_period", Since::kAlways, kHasSubject,
     any_name<kSubject, kDns, begins_with_period>},
    {"e_san_wildcard_not_first", Since::kAlways, kHasSubject,
     any_name<kSubject, kDns, wildcard_not_first>},
    {"n_contains_redacted_dnsname", Since::kAlways, subscriber, redacted_names},
    {"n_san_dns_name_duplicate", Since::kAlways, kHasSubject, duplicate_dns},
    {"w_ext_ian_critical", Since::kRfc2459, kHasIssuer, critical<oid::kIssuerAltName>},
    {"w_ian_iana_pub_suffix_empty", Since::kAlways, kHasIssuer,
     any_name<kIssuer, kDns, two_labels_at_most>},
};

}  // namespace

std::span<const Rule> alt_name_rules() {
    return kRules;
}

}  // namespace step::lint
