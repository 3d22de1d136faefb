#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace step::acme {

/// How RFC 9773 4.1 names a certificate.
struct RenewalId {
    Bytes key_id{};  ///< keyIdentifier of its AuthorityKeyIdentifier; may be empty.
    Bytes serial{};  ///< INTEGER contents; not empty.
};

/// Reads base64url(key identifier).base64url(serial number). kMalformed if it is no such thing.
Result<RenewalId> parse_renewal_id(std::string_view text);
std::string encode_renewal_id(const RenewalId& id);

}  // namespace step::acme
