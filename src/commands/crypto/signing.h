#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "commands/flags.h"
#include "jose/jwk.h"
#include "jose/signed_message.h"
#include "json/value.h"

namespace step::commands {

// What the leaves of `crypto jwt` and `crypto jws` share.

/// --alg, --key/--x5c-key/--x5t-key, --jwks, --kid, --no-kid, --password-file, --x5c-cert,
/// --x5t-cert, --subtle.
Flags signing_flags();
/// --alg, --key, --jwks, --kid, --insecure, --subtle.
Flags verifying_flags();

struct SigningKey {
    jose::Jwk key{};        ///< Private or symmetric, with an algorithm that fits.
    json::Object header{};  ///< kid, x5c (or `x5c_name`), x5t.
};
/// The key that the flags of signing_flags() name, checked: it may sign, and a certificate given
/// with it is its own and good for signatures.
Result<SigningKey> read_signing_key(cli::Context& context, std::string_view x5c_name);

/// The key that the flags of verifying_flags() name, for a message whose one signature may give
/// the key ID.
Result<jose::Jwk> read_verifying_key(cli::Context& context, const jose::SignedMessage& message);

/// The first line of standard input, without white space around it.
Result<std::string> read_token_line(cli::Context& context);
/// parse_signed with the original's prefix, "error parsing token: …".
Result<jose::SignedMessage> parse_token(std::string_view text);

enum class Payload : unsigned char { kJson, kBase64 };
/// {"header", "payload", "signature"}, indented, with a newline at the end. Fails if the message
/// has no compact form, or the payload should be JSON and is not.
Result<std::string> describe(const jose::SignedMessage& message, Payload payload);

/// Prints the payload, or with --json what describe() says.
Result<cli::ExitCode> print_jws(cli::Context& context, const jose::SignedMessage& message);

/// `alg` of a flag against that of the header; `what` is "JWT" or "JWS".
Status check_alg(std::string_view alg, const jose::SignedMessage& message, std::string_view what);
/// One signature, no critical header.
Status check_shape(const jose::SignedMessage& message);

}  // namespace step::commands
