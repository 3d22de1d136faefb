#include "challenge/place.h"

#include <algorithm>

#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "challenge/identifier.h"
#include "net/address.h"

namespace step::challenge {
namespace {

constexpr std::size_t kMostLocation = 4096;

Error bad(std::string_view why) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("the redirect cannot be followed: {}", why)};
}

Error refused(std::string_view why) {
    return {.code = Code::kForbidden, .detail = fmt::format("the redirect is refused: {}", why)};
}

constexpr std::uint16_t own_port(bool tls) {
    return tls ? 443 : 80;
}

/// RFC 3986 5.2.4 for a path that begins with '/'.
std::string without_dots(std::string_view path) {
    std::vector<std::string> kept;
    std::vector<std::string> parts = split(path.substr(1), '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        if (parts[i] == "..") {
            if (!kept.empty()) {
                kept.pop_back();
            }
        } else if (parts[i] != ".") {
            kept.push_back(std::move(parts[i]));
            continue;
        }
        if (last) {
            kept.emplace_back();
        }
    }
    return "/" + join(kept, "/");
}

/// Octets that a request line cannot hold become %XX.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        out += octet <= ' ' || octet >= 0x7f ? fmt::format("%{:02X}", octet) : std::string(1, c);
    }
    return out;
}

std::string target_of(const Place& from, const Uri& uri) {
    const std::string_view base = std::string_view(from.target).substr(0, from.target.find('?'));
    std::string path = uri.raw_path;
    std::string query = uri.query;
    if (!uri.host.empty() || path.starts_with('/')) {
        path = path.empty() ? "/" : path;
    } else if (path.empty()) {
        path = base;
        if (query.empty() && !uri.force_query && base.size() < from.target.size()) {
            query = from.target.substr(base.size() + 1);
        }
    } else {
        path = std::string(base.substr(0, base.rfind('/') + 1)) + path;
    }
    path = escaped(without_dots(path));
    return query.empty() ? path : path + "?" + escaped(query);
}

}  // namespace

std::string Place::origin() const {
    std::string text = tls ? "https://" : "http://";
    if (port != own_port(tls)) {
        return text + join_host_port(host, std::to_string(port));
    }
    return text + (host.find(':') == std::string::npos ? host : "[" + host + "]");
}

Result<Place> follow(const Place& from, std::string_view location,
                     std::span<const std::uint16_t> ports) {
    if (location.empty()) {
        return bad("no Location header");
    }
    if (location.size() > kMostLocation) {
        return bad("its Location header is too long");
    }
    const auto uri = parse_uri(location);
    if (!uri) {
        return bad("its Location header is no URL");
    }
    Place to = from;
    if (!uri->scheme.empty()) {
        if (uri->scheme != "http" && uri->scheme != "https") {
            return refused("neither http nor https");
        }
        to.tls = uri->scheme == "https";
        if (uri->host.empty()) {
            return bad("its Location header is no URL");
        }
    }
    if (!uri->user.empty() || uri->empty_user) {
        return refused("a user name in the URL");
    }
    if (!uri->host.empty()) {
        to.host = uri->hostname();
        if (to.host.ends_with('.')) {
            to.host.pop_back();
        }
        if (!parse_ip(to.host) && !check_dns_identifier(to.host)) {
            return refused("its host is neither a DNS name nor an IP address");
        }
        to.port = own_port(to.tls);
        if (const std::string port = uri->port(); !port.empty()) {
            const auto number = net::parse_port(port);
            if (!number) {
                return bad("its Location header is no URL");
            }
            to.port = *number;
        }
    }
    if (std::find(ports.begin(), ports.end(), to.port) == ports.end()) {
        return refused(fmt::format("port {}", to.port));
    }
    to.target = target_of(from, *uri);
    return to;
}

}  // namespace step::challenge
