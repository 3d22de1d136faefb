#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace step::challenge {

/// ok() if `name` can be asked for in the DNS and is nobody's way of writing an IP address: at most
/// 253 letters, digits, '-' and '_' in labels of 1 to 63, the last of which is no number ("127.1",
/// "0x7f.1", "1.2.3.4"). No wildcard, no dot at the end. kInvalidArgument says what is wrong.
/// Whether the name is IDNA-valid is not looked at.
Status check_dns_identifier(std::string_view name);

/// The name that RFC 8738 6 asks for by SNI: 1.0.2.192.in-addr.arpa, or ip6.arpa with 32 nibbles,
/// without a dot at the end (RFC 6066 3). `octets` has 4 or 16.
std::string reverse_name(std::string_view octets);

}  // namespace step::challenge
