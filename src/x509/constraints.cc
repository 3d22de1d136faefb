#include "x509/constraints.h"

#include <bit>
#include <cstdint>

#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "x509/constraints_impl.h"
#include "x509/mailbox.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

Error forbidden(std::string detail) {
    return Error{.code = Code::kForbidden, .detail = std::move(detail)};
}

/// RFC 5280 4.2.1.10: whole labels from the right. A leading dot asks for at least one label
/// more, in DNS names too, as Go has it. "" is everything.
bool is_within(std::string_view name, std::string_view constraint) {
    if (constraint.empty()) {
        return true;
    }
    if (name.size() < constraint.size() ||
        !equal_fold(name.substr(name.size() - constraint.size()), constraint)) {
        return false;
    }
    const std::string_view before = name.substr(0, name.size() - constraint.size());
    return constraint.front() == '.' ? !before.empty() : before.empty() || before.back() == '.';
}

/// The wildcard "*.a.test" stands for "b.a.test" too, which may be excluded.
bool wildcard_covers(std::string_view name, std::string_view constraint) {
    if (!name.starts_with("*.") || constraint.starts_with('.')) {
        return false;
    }
    const std::size_t dot = constraint.find('.');
    return dot != std::string_view::npos && equal_fold(constraint.substr(dot), name.substr(1));
}

bool is_in_range(ByteView ip, ByteView range) {
    const std::size_t size = range.size() / 2;
    if (ip.size() != size) {
        return false;
    }
    for (std::size_t i = 0; i < size; ++i) {
        const auto mask = static_cast<std::uint8_t>(range[size + i]);
        if (((static_cast<std::uint8_t>(ip[i]) ^ static_cast<std::uint8_t>(range[i])) & mask) !=
            0) {
            return false;
        }
    }
    return true;
}

/// Go's IPNet.String.
std::string range_text(ByteView range) {
    const std::size_t size = range.size() / 2;
    int ones = 0;
    for (const char octet : range.substr(size)) {
        ones += std::popcount(static_cast<std::uint8_t>(octet));
    }
    return fmt::format("{}/{}", format_ip(range.substr(0, size)), ones);
}

/// 4 octets for an IPv4 address in any form.
ByteView shortest(ByteView ip) {
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    return ip.size() == 16 && ip.starts_with(kMapped) ? ip.substr(12) : ip;
}

bool mailbox_matches(const Mailbox& mailbox, const std::string& constraint) {
    if (constraint.find('@') == std::string::npos) {
        return is_within(mailbox.domain, constraint);
    }
    const std::optional<Mailbox> exact = parse_mailbox(constraint);
    return exact && exact->local == mailbox.local && equal_fold(exact->domain, mailbox.domain);
}

/// The host that URI constraints are about.
Result<std::string> uri_host(const std::string& text) {
    const Result<Uri> uri = parse_uri(text);
    if (!uri || uri->host.empty()) {
        return forbidden("URI with empty host (" + quote(text) +
                         ") cannot be matched against constraints");
    }
    std::string host = uri->host;
    if (host.find(':') != std::string::npos && !host.ends_with(']')) {
        const std::optional<HostPort> parts = split_host_port(host);
        if (!parts) {
            return forbidden("cannot parse URI host " + quote(host));
        }
        host = parts->host;
    }
    if ((host.starts_with('[') && host.ends_with(']')) || parse_ip(host)) {
        return forbidden("URI with IP (" + quote(text) + ") cannot be matched against constraints");
    }
    return host;
}

Status check_domain(std::string_view domain) {
    if (!impl::is_domain_name(domain, /*constraint=*/false)) {
        return forbidden("internal error: cannot parse domain " + quote(domain));
    }
    return ok();
}

/// One name against the subtrees of its kind.
template <class Matches, class Covers>
Status check_name(std::string_view kind, const std::string& shown,
                  const std::vector<std::string>& permitted,
                  const std::vector<std::string>& excluded, std::size_t& budget, Matches matches,
                  Covers covers, std::string (*constraint_text)(ByteView)) {
    if (budget < permitted.size() + excluded.size()) {
        return forbidden("too many name constraints to check");
    }
    budget -= permitted.size() + excluded.size();
    for (const std::string& constraint : excluded) {
        if (matches(constraint) || covers(constraint)) {
            return forbidden(fmt::format("{} {} is excluded by constraint {}", kind, quote(shown),
                                         quote(constraint_text(constraint))));
        }
    }
    if (!permitted.empty() && std::ranges::none_of(permitted, matches)) {
        return forbidden(
            fmt::format("{} {} is not permitted by any constraint", kind, quote(shown)));
    }
    return ok();
}

std::string as_it_is(ByteView text) {
    return std::string(text);
}

bool never(const std::string& /*constraint*/) {
    return false;
}

bool names_kind(const std::vector<std::string>& permitted,
                const std::vector<std::string>& excluded) {
    return !permitted.empty() || !excluded.empty();
}

}  // namespace

namespace impl {

Status check_constraint_set(const AltNames& names, const NameConstraints& constraints, Use use,
                            std::size_t& budget) {
    const AltNames& permitted = constraints.permitted;
    const AltNames& excluded = constraints.excluded;
    if (names_kind(permitted.dns, excluded.dns)) {
        for (const std::string& name : names.dns) {
            STEP_TRY(check_domain(name));
            STEP_TRY(check_name(
                "DNS name", name, permitted.dns, excluded.dns, budget,
                [&](const std::string& c) { return is_within(name, c); },
                [&](const std::string& c) {
                    return use == Use::kVerify && wildcard_covers(name, c);
                },
                as_it_is));
        }
    }
    for (const Bytes& ip : names.ips) {
        STEP_TRY(check_name(
            "IP address", format_ip(ip), permitted.ips, excluded.ips, budget,
            [&](const std::string& c) { return is_in_range(shortest(ip), c); }, never, range_text));
    }
    if (names_kind(permitted.emails, excluded.emails)) {
        for (const std::string& email : names.emails) {
            const std::optional<Mailbox> mailbox = parse_mailbox(email);
            if (!mailbox) {
                return forbidden("cannot parse rfc822Name " + quote(email));
            }
            STEP_TRY(check_name(
                use == Use::kVerify ? "email address" : "Email address", email, permitted.emails,
                excluded.emails, budget,
                [&](const std::string& c) { return mailbox_matches(*mailbox, c); }, never,
                as_it_is));
        }
    }
    if (names_kind(permitted.uris, excluded.uris)) {
        for (const std::string& uri : names.uris) {
            STEP_ASSIGN(const std::string host, uri_host(uri));
            STEP_TRY(check_domain(host));
            STEP_TRY(check_name(
                "URI", uri, permitted.uris, excluded.uris, budget,
                [&](const std::string& c) { return is_within(host, c); }, never, as_it_is));
        }
    }
    return ok();
}

}  // namespace impl

Status check_constraints(const AltNames& names, const std::vector<NameConstraints>& chain) {
    std::size_t budget = impl::kConstraintBudget;
    for (const NameConstraints& constraints : chain) {
        STEP_TRY(impl::check_constraint_set(names, constraints, impl::Use::kIssue, budget));
    }
    return ok();
}

}  // namespace step::x509
