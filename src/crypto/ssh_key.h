#pragma once

#include <string>
#include <string_view>

#include "base/pem.h"
#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "crypto/key.h"

namespace step::crypto {

/// "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", …
std::string_view ssh_key_type(const PublicKey& key);

/// The key on the wire (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4): what OpenSSH fingerprints.
Bytes encode_ssh_key(const PublicKey& key);
/// The same back, or the key within an OpenSSH certificate, whose signature is not looked at.
/// Fails with kInvalidArgument, or kUnsupported on another type of key ("ssh-dss").
Result<PublicKey> parse_ssh_key(ByteView wire);

/// A line of an authorized_keys or .pub file without a comment: "ssh-ed25519 AAAA…" and a newline.
std::string encode_authorized_key(const PublicKey& key);
/// The first key of such a file (sshd(8), AUTHORIZED_KEYS FILE FORMAT); options and comments are
/// skipped. Fails with kInvalidArgument ("ssh: no key found").
Result<PublicKey> parse_authorized_key(std::string_view text);
/// True if `text` begins with the name of a type of key.
bool is_authorized_key(std::string_view text);

// The openssh-key-v1 format (PROTOCOL.key of OpenSSH): PEM blocks of this type.
inline constexpr std::string_view kOpensshKeyType = "OPENSSH PRIVATE KEY";

/// True if a password is needed; says nothing of whether the key can be read.
bool is_encrypted_openssh_key(ByteView contents);
/// `contents` of the PEM block. AES-128, 192 and 256 in CTR or CBC mode with bcrypt of at most
/// 65,536 rounds; `password` is not looked at if the key is in clear. Fails with kInvalidArgument;
/// a wrong password is "x509: decryption password incorrect".
Result<PrivateKey> open_openssh_key(ByteView contents, ByteView password);
/// As the original writes: AES-256-CTR, 16 rounds of bcrypt, 16 octets of salt; in clear if
/// `password` is null. No comment. Wipe it if it is in clear.
PemBlock seal_openssh_key(const PrivateKey& key, const Secret* password, Random& random);

}  // namespace step::crypto
