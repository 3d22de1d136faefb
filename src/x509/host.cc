#include "base/ip.h"
#include "base/text.h"
#include "x509/verify.h"

namespace step::x509 {
namespace {

constexpr std::size_t kMaxNamesShown = 100;

bool is_host_character(char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c == '-' && !first);
}

/// RFC 6125 2.2 with Go's leniency ('_'); a pattern may begin with a whole label "*".
bool is_host(std::string_view host, bool pattern) {
    if (!pattern && host.ends_with('.')) {
        host.remove_suffix(1);
    }
    if (host.empty() || host == "*") {
        return false;
    }
    const std::vector<std::string> labels = split(host, '.');
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (pattern && i == 0 && labels[i] == "*") {
            continue;
        }
        bool first = true;
        for (const char c : labels[i]) {
            if (!is_host_character(c, first)) {
                return false;
            }
            first = false;
        }
        if (first) {
            return false;  // An empty label.
        }
    }
    return true;
}

std::vector<std::string> labels_of(std::string_view host) {
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    return split(to_lower(host), '.');
}

bool matches_pattern(std::string_view pattern, const std::vector<std::string>& host) {
    const std::vector<std::string> labels = split(to_lower(pattern), '.');
    if (pattern.empty() || labels.size() != host.size()) {
        return false;
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!(i == 0 && labels[i] == "*") && labels[i] != host[i]) {
            return false;
        }
    }
    return true;
}

bool matches_exactly(std::string_view a, std::string_view b) {
    return !a.empty() && a != "." && !b.empty() && b != "." && equal_fold(a, b);
}

std::string mismatch(const Certificate& certificate, const std::string& host, bool is_ip) {
    if (certificate.find(oid::kSubjectAltName) == nullptr &&
        matches_pattern(certificate.subject.common_name(), labels_of(host))) {
        return "x509: certificate relies on legacy Common Name field, use SANs instead";
    }
    std::vector<std::string> valid = certificate.names.dns;
    if (is_ip) {
        valid.clear();
        for (const Bytes& ip : certificate.names.ips) {
            valid.push_back(format_ip(ip));
        }
        if (valid.empty()) {
            return "x509: cannot validate certificate for " + host +
                   " because it doesn't contain any IP SANs";
        }
    }
    if (valid.size() >= kMaxNamesShown) {
        return fmt::format("x509: certificate is valid for {} {}, but none matched {}",
                           valid.size(), is_ip ? "IP SANs" : "names", host);
    }
    const std::string list = join(valid, ", ");
    if (list.empty()) {
        return "x509: certificate is not valid for any names, but wanted to match " + host;
    }
    return "x509: certificate is valid for " + list + ", not " + host;
}

/// An IPv4 address in 16 octets is the same address (RFC 4291 2.5.5.2), as for Go's IP.Equal.
bool same_ip(ByteView a, ByteView b) {
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    const auto unmapped = [&](ByteView ip) {
        return ip.size() == 16 && ip.starts_with(kMapped) ? ip.substr(12) : ip;
    };
    return unmapped(a) == unmapped(b);
}

}  // namespace

Status check_host(const Certificate& certificate, std::string_view host) {
    std::string_view candidate = host;
    if (candidate.size() >= 3 && candidate.front() == '[' && candidate.back() == ']') {
        candidate = candidate.substr(1, candidate.size() - 2);
    }
    if (const std::optional<Bytes> ip = parse_ip(candidate)) {
        if (std::ranges::any_of(certificate.names.ips,
                                [&](const Bytes& name) { return same_ip(name, *ip); })) {
            return ok();
        }
        return Error{.code = Code::kUnauthenticated,
                     .detail = mismatch(certificate, std::string(candidate), /*is_ip=*/true)};
    }
    const std::string name = to_lower(host);
    const bool name_is_host = is_host(name, /*pattern=*/false);
    const std::vector<std::string> labels = labels_of(name);
    for (const std::string& pattern : certificate.names.dns) {
        const bool good = name_is_host && is_host(pattern, /*pattern=*/true)
                              ? matches_pattern(pattern, labels)
                              : matches_exactly(pattern, name);
        if (good) {
            return ok();
        }
    }
    return Error{.code = Code::kUnauthenticated,
                 .detail = mismatch(certificate, std::string(host), /*is_ip=*/false)};
}

}  // namespace step::x509
