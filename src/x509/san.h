#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step::x509 {

/// The four kinds of subject alternative name (RFC 5280 4.2.1.6) that we issue, each in the
/// order given. DNS names and mail addresses are IA5String, addresses 4 or 16 octets.
struct AltNames {
    std::vector<std::string> dns{}, emails{};
    std::vector<Bytes> ips{};
    std::vector<std::string> uris{};

    bool empty() const { return dns.empty() && emails.empty() && ips.empty() && uris.empty(); }
    std::size_t size() const { return dns.size() + emails.size() + ips.size() + uris.size(); }
    bool operator==(const AltNames&) const = default;
};

/// All names as text, kind after kind: DNS, email, IP, URI.
std::vector<std::string> name_texts(const AltNames& names);

/// Sorts names into kinds as the original does: an IP address, else a URI with a scheme, else
/// something with "@", else DNS. Empty strings are left out. URIs come out as Go's URL.String
/// writes them. Nothing is converted to an A-label, as the original converts nothing here: a
/// name that is not ASCII cannot be an IA5String and fails with kInvalidArgument.
Result<AltNames> classify_names(const std::vector<std::string>& names);

/// Extension value, in the order Go writes it: DNS, email, IP, URI.
Bytes encode_alt_names(const AltNames& names);

/// A parsed extension: the four kinds, and whether there were others (kept raw).
struct ParsedAltNames {
    AltNames names{};
    std::vector<Bytes> others{};  ///< Whole GeneralName elements of other kinds.
};
/// Strict as Go: ASCII only, addresses of 4 or 16 octets, URIs that url.Parse takes and whose host
/// is a domain name; kInvalidArgument. URIs come out normalised as Go's URL.String writes them.
Result<ParsedAltNames> parse_alt_names(ByteView extension_value);

}  // namespace step::x509
