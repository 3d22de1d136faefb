// How a JWE's content key reaches the recipient (RFC 7518 4); for src/jose only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "jose/content_impl.h"
#include "jose/encrypted_message.h"
#include "jose/jwk.h"

namespace step::jose {

enum class Family : unsigned char { kRsa, kAesWrap, kGcmWrap, kDirect, kAgree, kPassword };

struct KeyAlgorithm {
    std::string_view name{};
    Family family = Family::kDirect;
    std::size_t wrap_bytes = 0;  ///< Of the key that wraps; 0 if none does.
};
/// Null if we do not know the name.
const KeyAlgorithm* find_key_algorithm(std::string_view name);

/// A content key and what the message carries of it: headers are added to `header`.
struct ContentKey {
    Secret key{};
    Bytes encrypted_key{};
};
/// Fails with kInvalidArgument if the algorithm does not fit the key.
Result<ContentKey> make_content_key(const KeyAlgorithm& algorithm, const ContentAlgorithm& content,
                                    const Jwk& key, Random& random, json::Value& header);
Result<ContentKey> make_content_key(const KeyAlgorithm& algorithm, const ContentAlgorithm& content,
                                    ByteView password, Random& random, json::Value& header);

/// The content key of a message. Fails with kUnauthenticated if `key` is not the right one,
/// kInvalidArgument if it does not fit the algorithm or a header is malformed.
Result<Secret> find_content_key(const EncryptedMessage& message, const KeyAlgorithm& algorithm,
                                const ContentAlgorithm& content, const Jwk& key, Random& random);

/// What a password needs to become a key (RFC 7518 4.8), checked against `max_rounds`.
struct PasswordPlan {
    crypto::Hash hash = crypto::Hash::kSha256;
    std::size_t wrap_bytes = 0;
    unsigned rounds = 0;
    Bytes salt{};  ///< Algorithm, zero octet, p2s.
};
Result<PasswordPlan> make_password_plan(const EncryptedMessage& message, unsigned max_rounds);
Result<Secret> find_content_key(const EncryptedMessage& message, const PasswordPlan& plan,
                                ByteView password);

}  // namespace step::jose
