#include "client/proxy.h"

#include <charconv>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"

namespace step::client {
namespace {

std::string variable(const Environment& environment, const char* upper) {
    for (const std::string& name : {std::string(upper), to_lower(upper)}) {
        if (const auto value = environment.get(name); value && !value->empty()) {
            return *value;
        }
    }
    return {};
}

bool is_loopback(const Bytes& address) {
    return address.size() == 4 ? address[0] == 127 : address == Bytes(15, '\0') + '\1';
}

bool in_range(const Bytes& address, std::string_view range) {
    const std::size_t slash = range.find('/');
    const auto network = parse_ip(range.substr(0, slash));
    const std::string_view length = range.substr(slash + 1);
    unsigned bits = 0;
    const auto parsed = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (!network || parsed.ec != std::errc() || network->size() != address.size() ||
        bits > address.size() * 8) {
        return false;
    }
    for (std::size_t i = 0; i < bits; ++i) {
        const unsigned mask = 0x80U >> (i % 8);
        const auto ours = static_cast<unsigned char>(address[i / 8]);
        const auto theirs = static_cast<unsigned char>((*network)[i / 8]);
        if (((ours ^ theirs) & mask) != 0) {
            return false;
        }
    }
    return true;
}

/// One entry of NO_PROXY: "*", an address, a range, "example.com" or ".example.com" (both with
/// what is below, the second without the name itself), with or without a port.
bool excludes(std::string_view entry, const std::string& host, const std::string& port) {
    if (entry == "*") {
        return true;
    }
    const auto address = parse_ip(host);
    if (entry.find('/') != std::string_view::npos) {
        return address && in_range(*address, entry);
    }
    std::string name(entry);
    if (const auto parts = split_host_port(entry)) {
        if (parts->port != port) {
            return false;
        }
        name = parts->host;
    }
    if (address) {
        return parse_ip(name) == address;
    }
    name = to_lower(name.starts_with("*.") ? name.substr(1) : name);
    if (name.starts_with('.')) {
        return host.ends_with(name);
    }
    return host == name || host.ends_with("." + name);
}

}  // namespace

Result<std::string> proxy_for(const std::string& url, const Environment& environment) {
    const bool plain = to_lower(url).starts_with("http://");
    const std::string proxy = variable(environment, plain ? "HTTP_PROXY" : "HTTPS_PROXY");
    if (proxy.empty()) {
        return std::string();
    }
    STEP_ASSIGN(const Uri uri, parse_uri(url));
    const std::string host = to_lower(uri.hostname());
    const std::string port = uri.port().empty() ? (plain ? "80" : "443") : uri.port();
    const auto address = parse_ip(host);
    if (host == "localhost" || (address && is_loopback(*address))) {
        return std::string();
    }
    for (const std::string& entry : split(variable(environment, "NO_PROXY"), ',')) {
        const std::string_view trimmed = trim(entry);
        if (!trimmed.empty() && excludes(trimmed, host, port)) {
            return std::string();
        }
    }
    if (proxy.find("://") == std::string::npos) {
        return "http://" + proxy;
    }
    if (!proxy.starts_with("http://")) {
        return Error{.code = Code::kUnsupported,
                     .detail = fmt::format(
                         "unsupported proxy '{}': only http:// proxies are supported", proxy)};
    }
    return proxy;
}

}  // namespace step::client
