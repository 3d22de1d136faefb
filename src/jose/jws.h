#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key.h"
#include "json/value.h"

namespace step::jose {

/// A compact JWS (RFC 7515) taken apart, signature not checked yet.
struct Jws {
    json::Value header{};     ///< The protected header, an object.
    std::string algorithm{};  ///< "alg".
    std::string key_id{};     ///< "kid".
    Bytes payload{};
    Bytes signature{};
    std::string signing_input{};  ///< header.payload in base64url.
};

/// Fails with kInvalidArgument: not three parts, bad base64url, header no JSON object, no alg,
/// "none", an unknown alg, "crit" with anything in it, or more than 64 KiB.
Result<Jws> parse_jws(std::string_view compact);

/// kUnauthenticated if the signature is bad or `alg` does not fit the key.
Status verify_jws(const Jws& jws, const crypto::PublicKey& key);

/// The same for HS256, HS384 and HS512, which prove nothing about a key that came with the token.
Status verify_hmac(const Jws& jws, ByteView key);

/// Signs `payload`. Header members come out sorted by name, as go-jose writes them; `header`
/// holds those besides "alg". Fails with kInvalidArgument if the algorithm does not fit the key.
Result<std::string> sign_jws(ByteView payload, std::string_view algorithm, json::Object header,
                             const crypto::PrivateKey& key);

}  // namespace step::jose
