#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "json/value.h"

namespace step::jose {

/// A JWE (RFC 7516) for one recipient, in any serialisation, taken apart; nothing is opened.
struct EncryptedMessage {
    Bytes protected_text{};          ///< The protected header as octets; may be empty.
    json::Value protected_header{};  ///< Each header is an object, or null.
    json::Value shared_header{};     ///< "unprotected"
    json::Value own_header{};        ///< "header": the recipient's.
    Bytes encrypted_key{}, iv{}, ciphertext{}, tag{};
    std::optional<Bytes> additional{};  ///< "aad"

    /// The member of the headers, the protected one first.
    const json::Value* find(std::string_view name) const;
    /// The same as text; "" if there is none or it is no string.
    std::string text(std::string_view name) const;
    /// What the tag covers (RFC 7516 5.1, step 14).
    std::string authenticated() const;
};

/// Reads compact, flattened or general JSON form; white space does not count. Fails with
/// kInvalidArgument: malformed, no "alg" or "enc", a name in two headers, more recipients than
/// one, more than 8 MiB.
Result<EncryptedMessage> parse_encrypted(std::string_view text);

/// Fails with kInvalidArgument, "compact serialization not supported for object", unless all of
/// its header is protected and there is no "aad".
Result<std::string> encode_compact(const EncryptedMessage& message);
/// Flattened JSON, the members in go-jose's order.
json::Value to_json(const EncryptedMessage& message);

}  // namespace step::jose
