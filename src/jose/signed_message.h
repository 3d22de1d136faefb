#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "jose/jwk.h"
#include "json/value.h"

namespace step::jose {

/// One signature of a JWS, with the headers that belong to it.
struct MessageSignature {
    std::string protected_text{};    ///< The protected header as octets; may be empty.
    json::Value protected_header{};  ///< An object, or null.
    json::Value header{};            ///< The unprotected one: an object, or null.
    Bytes signature{};

    /// The member of either header, the protected one first.
    const json::Value* find(std::string_view name) const;
    /// The same as text; "" if there is none or it is no string.
    std::string text(std::string_view name) const;
};

/// A JWS (RFC 7515) in any serialisation, taken apart; nothing is verified. For people's tools:
/// servers take parse_jws(), which lets less pass.
struct SignedMessage {
    Bytes payload{};
    std::vector<MessageSignature> signatures{};
};

/// Reads compact, flattened or general JSON form; white space does not count. Fails with
/// kInvalidArgument: malformed, a header member in both headers, an embedded private key, more
/// than 8 MiB.
Result<SignedMessage> parse_signed(std::string_view text);

/// Verifies the signature at `index` with a public, private or symmetric key. Fails with
/// kUnauthenticated if it is bad, if "alg" does not fit the key, or if there is a "crit" header:
/// we know no extension.
Status verify_signed(const SignedMessage& message, std::size_t index, const Jwk& key);

/// Signs with a private or symmetric key and "alg" `algorithm`; `header` holds the other members
/// of the protected header, which come out sorted by name. Fails with kInvalidArgument if the
/// algorithm does not fit the key, or a member is there twice.
Result<std::string> sign_compact(ByteView payload, std::string_view algorithm, json::Object header,
                                 const Jwk& key);

/// Fails with kInvalidArgument, "compact serialization not supported for object", unless there
/// is one signature and all of its header is protected.
Result<std::string> encode_compact(const SignedMessage& message);
/// Flattened with one signature, else general; compact JSON.
std::string encode_json(const SignedMessage& message);

}  // namespace step::jose
