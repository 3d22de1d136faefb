#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"
#include "crypto/key.h"

namespace step::commands {

/// The text of the key that `name` stands for. The one place that knows what names a key: a file,
/// or the URI of a key store ("pkcs11:…"), which fails with kUnsupported until there are key
/// stores. A file whose name looks like such a URI is a file. A UTF-8 byte order mark is dropped.
/// Fails as read_file.
Result<Secret> read_key_text(const std::string& name, std::size_t max_bytes = kMaxFile);
/// The same, and standard input for "-"; a file that cannot be read fails as reading_quoted().
Result<Secret> read_key_text_quoted(cli::Context& context, const std::string& name);

/// Reads a private key in PEM, of what read_key_text() takes. An encrypted one is opened with the
/// password in `password_file`, or, if it is empty or holds nothing, with one asked for ("Please
/// enter the password to decrypt F"). Fails as read_key_text_quoted, or with "error decrypting F:
/// x509: decryption password incorrect", "error reading F: unsupported format".
Result<crypto::PrivateKey> read_private_key(cli::Context& context, const std::string& path,
                                            const std::string& password_file);

/// A password file that a flag names, or standard input ("-"), without trailing white space. Fails
/// with the original's words for these: `error reading F: error reading "F": no such file or
/// directory`.
Result<Secret> read_password_flag(cli::Context& context, const std::string& file);
/// A private key, or a public one alone.
struct AnyKey {
    std::optional<crypto::PublicKey> public_key{};  ///< Always set.
    std::optional<crypto::PrivateKey> private_key{};
};
/// Whether more than one PEM block in a text is an error.
enum class PemBlocks : unsigned char { kOne, kFirst };
/// The key in a PEM text: private, public, or a certificate's or request's. `name` stands for
/// the file in errors and in the question for a password; `password_file` may be empty. Fails
/// with kInvalidArgument and the original's words: "error decoding F: contains more than one PEM
/// encoded block", "error decrypting F: …", "error parsing F: …".
Result<AnyKey> read_pem_key(cli::Context& context, std::string_view text, const std::string& name,
                            const std::string& password_file, PemBlocks blocks = PemBlocks::kOne);

/// The password that a new private key gets: that of --password-file, else one asked for.
/// None if --no-password is given. An empty password is refused: the original would write the
/// key in clear (docs/compat.md).
Result<std::optional<Secret>> new_key_password(cli::Context& context);

/// A new password asked for with `label`; an empty answer opens a second question, in which a
/// generated one stands to be taken or edited.
Result<Secret> ask_new_password(cli::Context& context, std::string_view label);

/// Writes a public key and, if there is one, the private key as write_private_key does: both or
/// none, mode 0600. The questions about existing files are the caller's (confirm_overwrite).
Status write_key_pair(cli::Context& context, const std::string& public_file,
                      const std::string& private_file, const AnyKey& key,
                      const std::optional<Secret>& password);

/// Writes a private key as write_private_key does, and with it a certificate or a request that is
/// worth nothing without it: both or none. The questions about existing files are the caller's.
Status write_with_key(cli::Context& context, const NewFile& file, const std::string& key_file,
                      const crypto::PrivateKey& key, const std::optional<Secret>& password);

/// Writes a private key in the original's form, encrypted if there is a password, mode 0600.
Status write_private_key(cli::Context& context, const std::string& path,
                         const crypto::PrivateKey& key, const std::optional<Secret>& password);

}  // namespace step::commands
