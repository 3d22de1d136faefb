#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"
#include "commands/key_files.h"

namespace step::commands {

/// What "crypto key" takes for a key.
enum class KeyForm : unsigned char { kPem, kSsh, kJwk, kDer };
struct FoundKey {
    KeyForm form{};
    AnyKey key{};  ///< Without a public key if the key is symmetric, which a JWK may be.
    bool from_request = false;  ///< The public key of a certificate request.
};

/// A key in PEM (certificates and requests too), as an OpenSSH public key, a JWK, encrypted or
/// not, or DER. Fails with the original's words; the arguments are those of read_pem_key.
Result<FoundKey> parse_any_key(cli::Context& context, const Secret& text, const std::string& name,
                               const std::string& password_file, PemBlocks blocks);

/// The text of a key that a positional names: standard input ("-"), or what commands::read_key_text
/// takes. Fails with "unexpected error on F: : no such file or directory" on a file.
Result<Secret> read_key_input(cli::Context& context, const std::string& name);

/// The same for a positional, and for one that is an error "open F failed: …" if there is no such
/// file.
Result<FoundKey> read_any_key(cli::Context& context, const std::string& name,
                              const std::string& password_file, PemBlocks blocks);

/// The password of a key that a command is about to write: none with --no-password, that of
/// --password-file, or one asked for with `label`. An empty one is refused, for the original would
/// write the key in clear.
Result<std::optional<Secret>> output_password(cli::Context& context, const std::string& file,
                                              std::string_view label);

/// A JWE of a private JWK with a password, as the original stores it: flattened JSON on one line.
Result<std::string> seal_jwk(cli::Context& context, ByteView jwk, const Secret& password,
                             std::string_view content_type);

}  // namespace step::commands
