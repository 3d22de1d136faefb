#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "jose/encrypted_message.h"
#include "jose/jwk.h"

namespace step::jose {

/// How a JWE is made. Empty header members are left out.
struct Encryption {
    std::string alg{};  ///< Any of RFC 7518 4.1.
    std::string enc = "A256GCM";
    std::string kid{}, typ{}, cty{};
};

/// "RSA1_5", "A128KW", … "PBES2-HS512+A256KW": every key management algorithm that we have.
bool is_key_algorithm(std::string_view alg);
/// Those that need a password instead of a key.
bool is_password_algorithm(std::string_view alg);
/// "A128GCM" … "A256CBC-HS512".
bool is_content_algorithm(std::string_view enc);

/// Encrypts to a public or symmetric key. Everything goes into the protected header, sorted by
/// name. Fails with kInvalidArgument if the algorithm does not fit the key.
Result<EncryptedMessage> encrypt(ByteView plaintext, const Encryption& how, const Jwk& key,
                                 Random& random);
/// The same with a password: 600,000 rounds of PBKDF2, 16 octets of salt.
Result<EncryptedMessage> encrypt(ByteView plaintext, const Encryption& how, ByteView password,
                                 Random& random);

/// More rounds of PBKDF2 than a stranger may ask for.
inline constexpr unsigned kMaxRounds = 10'000'000;

/// Opens a JWE with a private or symmetric key. Fails with kInvalidArgument on an algorithm that
/// we lack or that does not fit the key, on a "crit" or "zip" header, on anything malformed;
/// with kUnauthenticated if the key is wrong or something was changed.
Result<Secret> decrypt(const EncryptedMessage& message, const Jwk& key, Random& random);
/// The same with a password; more rounds than `max_rounds` are refused unrun.
Result<Secret> decrypt(const EncryptedMessage& message, ByteView password,
                       unsigned max_rounds = kMaxRounds);

/// True if `text` is a JWE in any serialisation; says nothing of whether we can open it.
bool is_encrypted(std::string_view text);

/// A compact JWE with PBES2-HS256+A128KW and A256GCM, as the original writes private JWKs
/// (`content_type` "jwk+json").
Result<std::string> encrypt_with_password(ByteView plaintext, ByteView password,
                                          std::string_view content_type, Random& random);

/// Opens what encrypt_with_password or another tool made with a password. Fails with
/// kUnauthenticated on a wrong password ("failed to decrypt JWE: invalid password"),
/// kInvalidArgument on anything malformed.
Result<Secret> decrypt_with_password(std::string_view jwe, ByteView password,
                                     unsigned max_rounds = kMaxRounds);

/// Everything of decrypt_with_password that needs no password.
Status check_password_jwe(std::string_view jwe, unsigned max_rounds = kMaxRounds);

}  // namespace step::jose
