#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace step::challenge {

/// ok() if `der` is the certificate that RFC 8737 3 asks of a server which controls `identifier` (a
/// DNS name or an IP address, RFC 8738 6): that name and no other, in any case, and the critical
/// extension acmeIdentifier with the digest of `key_authorization`. Who signed it and when it is
/// valid does not matter. kInvalidArgument says what is wrong, without a byte of the certificate.
Status check_alpn_certificate(ByteView der, std::string_view identifier,
                              ByteView key_authorization);

}  // namespace step::challenge
