#pragma once

#include <string>
#include <string_view>

#include "acme/service.h"
#include "base/bytes.h"
#include "base/result.h"
#include "jose/signed_message.h"
#include "json/value.h"

namespace step::acme {

/// An external account binding (RFC 8555 7.3.4) whose form is right; its MAC has not been checked.
struct Binding {
    jose::SignedMessage message{};
    std::string key_id{};
    std::string json{};  ///< {"protected":…,"payload":…,"signature":…}, for the answer.
};
/// One signature with HS256, HS384 or HS512, a "kid", no "nonce", and the URL that the request
/// was signed for. kMalformed otherwise.
Result<Binding> read_binding(const json::Value& value, std::string_view url);

/// Checks that a key of this provisioner made it, that the key is not bound yet, and that it is
/// about the account key with this RFC 7638 thumbprint. Fails with kUnauthorized or kMalformed.
Status verify_binding(const Binding& binding, ByteView account_thumbprint,
                      const std::string& provisioner_id, const Service& service);

}  // namespace step::acme
