#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "policy/domain.h"
#include "policy/engine_impl.h"
#include "policy/idna.h"
#include "policy/reasons.h"
#include "x509/mailbox.h"

namespace step::policy::impl {
namespace {

Error cannot_check(std::string detail, std::string cause) {
    return {.code = Code::kInternal,
            .detail = std::move(detail),
            .cause = std::move(cause),
            .reason = kCannotCheck};
}

Error cannot_parse(Kind shown_as, std::string_view what, const std::string& name,
                   std::string cause) {
    return cannot_check(fmt::format("cannot parse {} {} {}", word(shown_as), what, quote(name)),
                        std::move(cause));
}

Error cannot_match(Kind shown_as, const std::string& name, std::string cause) {
    return cannot_check(
        fmt::format("error matching {} name {} to constraint", word(shown_as), quote(name)),
        std::move(cause));
}

/// A DNS name as it is looked up; "*." stays in front of it.
Result<std::string> readable_dns(Kind shown_as, const std::string& name) {
    const bool wildcard = name.starts_with("*.");
    Result<std::string> ascii = to_ascii(std::string_view(name).substr(wildcard ? 1 : 0));
    if (!ascii) {
        return cannot_parse(shown_as, "domain", name, ascii.error().detail);
    }
    std::string domain = wildcard ? "*" + *ascii : *std::move(ascii);
    if (!is_readable_domain(domain)) {
        return cannot_parse(shown_as, "domain", name, "an empty label, or a dot at the end");
    }
    return domain;
}

/// The host that URI rules are about, in lower case.
Result<std::string> host_of(Kind shown_as, const std::string& name) {
    const Result<Uri> uri = parse_uri(name);
    const auto refuse = [&](const char* why) { return cannot_match(shown_as, name, why); };
    if (!uri || uri->host.empty()) {
        return refuse("a URI with an empty host cannot be matched");
    }
    std::string host = uri->host;
    if (host.find('*') != std::string::npos) {
        return refuse("the host of a URI cannot contain an asterisk");
    }
    if (host.find(':') != std::string::npos && !host.ends_with(']')) {
        std::optional<HostPort> parts = split_host_port(host);
        if (!parts) {
            return refuse("the host of the URI cannot be told from its port");
        }
        host = std::move(parts->host);
    }
    if ((host.starts_with('[') && host.ends_with(']')) || parse_ip(host)) {
        return refuse("a URI with an IP address cannot be matched");
    }
    // What begins with a dot matches nothing, as in the original.
    if (!host.starts_with('.') && !is_readable_domain(host)) {
        return refuse("the host of the URI is no domain name");
    }
    return to_lower(host);
}

}  // namespace

Sorted sort_name(const std::string& name) {
    if (std::optional<Bytes> ip = parse_ip(name)) {
        return {.kind = Kind::kIp, .text = *std::move(ip)};
    }
    if (name.find(':') != std::string::npos) {
        if (const Result<Uri> uri = parse_uri(name); uri && !uri->scheme.empty()) {
            return {.kind = Kind::kUri, .text = format_uri(*uri)};
        }
    }
    const bool mail = name.find('@') != std::string::npos;
    return {.kind = mail ? Kind::kEmail : Kind::kDns, .text = name};
}

Engine::Engine(Lists lists)
    : allow_(std::move(lists.allow)),
      deny_(std::move(lists.deny)),
      allow_wildcard_names_(lists.allow_wildcard_names),
      has_allow_(allow_.has_any()),
      path_(std::move(lists.path)) {}

Error Engine::not_allowed(Kind shown_as, std::string_view name, std::string cause) const {
    return {.code = Code::kForbidden,
            .detail = fmt::format("{} name {} not allowed", word(shown_as), quote(name)),
            .cause = std::move(cause),
            .reason = kNotAllowed};
}

Status Engine::check_ruled(Kind kind, Kind shown_as, std::string_view name) const {
    if (has_allow_ && is_unruled(kind)) {
        return not_allowed(
            shown_as, name,
            fmt::format("{} has rules for other kinds of names, none for {}", path_, word(kind)));
    }
    return ok();
}

Status Engine::judge(Kind kind, Kind shown_as, std::string_view name, RuleIndex denied,
                     RuleIndex allowed) const {
    if (denied != kNoRule) {
        return not_allowed(shown_as, name, "denied by rule " + deny_.describe(kind, denied));
    }
    if (allow_.has(kind) && allowed == kNoRule) {
        return not_allowed(shown_as, name, "no rule of " + allow_.path_of(kind) + " matches");
    }
    return ok();
}

Status Engine::check_dns(Kind shown_as, const std::string& name) const {
    STEP_TRY(check_ruled(Kind::kDns, shown_as, name));
    STEP_ASSIGN(const std::string domain, readable_dns(shown_as, name));
    if (domain.starts_with('.')) {  // Matches nothing, as in the original.
        return judge(Kind::kDns, shown_as, name, kNoRule, kNoRule);
    }
    if (!domain.starts_with('*')) {
        return judge(Kind::kDns, shown_as, name, deny_.dns.find(domain), allow_.dns.find(domain));
    }
    // A wildcard stands for every name under its parent: one denied name denies it.
    const RuleIndex denied = deny_.dns.find_under(parent_of(domain));
    if (denied == kNoRule && allow_.has(Kind::kDns) && !allow_wildcard_names_) {
        return not_allowed(shown_as, name, path_ + ".allowWildcardNames is not true");
    }
    return judge(Kind::kDns, shown_as, name, denied, allow_.dns.find(domain));
}

Status Engine::check_ip(Kind shown_as, ByteView ip) const {
    const std::string name = format_ip(ip);
    STEP_TRY(check_ruled(Kind::kIp, shown_as, name));
    return judge(Kind::kIp, shown_as, name, deny_.ip.find(ip), allow_.ip.find(ip));
}

Status Engine::check_email(Kind shown_as, const std::string& name) const {
    STEP_TRY(check_ruled(Kind::kEmail, shown_as, name));
    const std::optional<x509::Mailbox> mailbox = x509::parse_mailbox(name);
    if (!mailbox) {
        return cannot_parse(shown_as, "rfc822Name", name, "not a mail address (RFC 2821)");
    }
    std::string domain = to_lower(mailbox->domain);
    if (domain.find("xn--") != std::string::npos) {
        Result<std::string> ascii = to_ascii(domain);
        if (!ascii) {
            return cannot_parse(shown_as, "domain", name, ascii.error().detail);
        }
        domain = *std::move(ascii);
    }
    return judge(Kind::kEmail, shown_as, name, deny_.email.find_in_any_case(mailbox->local, domain),
                 allow_.email.find(mailbox->local, domain));
}

Status Engine::check_uri(Kind shown_as, const std::string& name) const {
    STEP_TRY(check_ruled(Kind::kUri, shown_as, name));
    if (is_unruled(Kind::kUri)) {
        return ok();
    }
    STEP_ASSIGN(const std::string host, host_of(shown_as, name));
    if (host.starts_with('.')) {
        return judge(Kind::kUri, shown_as, name, kNoRule, kNoRule);
    }
    return judge(Kind::kUri, shown_as, name, deny_.uri.find(host), allow_.uri.find(host));
}

Status Engine::check_principal(const std::string& name) const {
    STEP_TRY(check_ruled(Kind::kPrincipal, Kind::kPrincipal, name));
    const std::string key = fold_key(name);
    const auto find = [&key](const Rulebook& book) {
        return std::min(book.any_principal, book.principal.find(key));
    };
    return judge(Kind::kPrincipal, Kind::kPrincipal, name, find(deny_), find(allow_));
}

Status Engine::check(const NameLists& names) const {
    if (!has_rules()) {
        return ok();
    }
    for (const std::string& name : names.dns) {
        STEP_TRY(check_dns(Kind::kDns, name));
    }
    for (const Bytes& ip : names.ips) {
        STEP_TRY(check_ip(Kind::kIp, ip));
    }
    for (const std::string& name : names.emails) {
        STEP_TRY(check_email(Kind::kEmail, name));
    }
    for (const std::string& name : names.uris) {
        STEP_TRY(check_uri(Kind::kUri, name));
    }
    for (const std::string& name : names.principals) {
        STEP_TRY(check_principal(name));
    }
    return ok();
}

Status Engine::check_common_name(const std::string& name) const {
    if (!has_rules() || name.empty()) {
        return ok();
    }
    if (!is_unruled(Kind::kCn)) {
        const std::string key = fold_key(name);
        if (const RuleIndex denied = deny_.cn.find(key); denied != kNoRule) {
            return judge(Kind::kCn, Kind::kCn, name, denied, kNoRule);
        }
        if (!allow_.has(Kind::kCn) || allow_.cn.find(key) != kNoRule) {
            return ok();
        }
    }
    // What no rule for common names allows may still be a name of another kind that one allows.
    const Sorted sorted = sort_name(name);
    switch (sorted.kind) {
        case Kind::kIp:
            return check_ip(Kind::kCn, sorted.text);
        case Kind::kUri:
            return check_uri(Kind::kCn, sorted.text);
        case Kind::kEmail:
            return check_email(Kind::kCn, sorted.text);
        default:
            return check_dns(Kind::kCn, sorted.text);
    }
}

Status Engine::check_other(std::string_view shown) const {
    if (!has_allow_) {
        return ok();
    }
    return Error{.code = Code::kForbidden,
                 .detail = fmt::format("{} not allowed", shown),
                 .cause = path_ + " has allow rules, and none can name this kind",
                 .reason = kNotAllowed};
}

}  // namespace step::policy::impl
