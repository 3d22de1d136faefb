#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace step {

/// Parses as Go's net.ParseIP: dotted IPv4 without leading zeros, or IPv6 without a zone.
/// Gives 4 or 16 octets; an IPv4-mapped IPv6 address gives 4, as Go prints and encodes it.
std::optional<Bytes> parse_ip(std::string_view text);

/// Go's IP.String of 4 or 16 octets (RFC 5952; mapped addresses print as IPv4). Any other
/// length prints as "?" and hexadecimal, as Go does.
std::string format_ip(ByteView octets);

/// Splits "host:port", "[v6]:port", ":port" as Go's net.SplitHostPort; none if it is neither.
struct HostPort {
    std::string host{}, port{};
};
std::optional<HostPort> split_host_port(std::string_view text);
/// Go's net.JoinHostPort: brackets around what has a colon.
std::string join_host_port(std::string_view host, std::string_view port);

}  // namespace step
