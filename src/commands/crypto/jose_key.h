#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "jose/jwk.h"

namespace step::commands {

/// What a command knows about the key that it reads. All but `use` may be empty.
struct KeyWish {
    std::string use{};  ///< "sig" or "enc": for keys that do not say. Empty: leave it so.
    std::string alg{}, kid{};
    bool subtle = false;       ///< `alg` goes before what the key says.
    bool no_defaults = false;  ///< Only algorithms that the key leaves no choice about.
    std::string password_file{};
};

/// Reads the key that a flag names: a JWK, encrypted or not, or a key in PEM, from a file or an
/// https:// URL; with an HMAC algorithm anything else is the secret itself. Gives it an
/// algorithm if it has none. Fails with the original's words: "error reading F: unsupported
/// format", "kid X does not match the kid on F", "alg X does not match the alg on F".
Result<jose::Jwk> read_key(cli::Context& context, const std::string& name, const KeyWish& wish);

/// The same from a set of keys (RFC 7517 5), encrypted or not, chosen by `wish.kid`: "cannot
/// find key with kid X on F".
Result<jose::Jwk> read_key_of_set(cli::Context& context, const std::string& name,
                                  const KeyWish& wish);

/// What `name` holds, decrypted if it is a JWE: `password_file`, or three tries at a prompt.
/// Gives the text itself if it is no JWE.
Result<Secret> read_maybe_encrypted(cli::Context& context, const std::string& name,
                                    const std::string& password_file);

/// `text` itself, or what is in it if it is a JWE; as read_maybe_encrypted.
Result<Secret> decrypt_text(cli::Context& context, Secret text, const std::string& name,
                            const std::string& password_file);

/// The JWK in standard input, encrypted or not. Fails with "error reading JWK: unsupported
/// format".
Result<jose::Jwk> read_piped_key(cli::Context& context);

/// --key, --jwks and --kid as every command that reads one key checks them: exactly one of the
/// first two; --jwks needs a key ID, which `kid_elsewhere` may give.
Status check_key_flags(const cli::Args& args, bool kid_elsewhere);

}  // namespace step::commands
