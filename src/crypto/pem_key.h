#pragma once

#include <functional>
#include <string_view>
#include <variant>

#include "base/pem.h"
#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "crypto/key.h"

namespace step::crypto {

/// Asked at most once, and only if the key is encrypted.
using AskPassword = std::function<Result<Secret>()>;

/// Reads a private key from PEM text, in every form the original writes or reads: SEC 1,
/// PKCS#1, PKCS#8, and their encrypted forms: PKCS#5 PBES2 (PBKDF2 with HMAC-SHA-1/256/384/512,
/// AES-128/192/256-CBC, 3DES-CBC), the legacy DEK-Info header (RFC 1423; AES-CBC and
/// DES-EDE3-CBC), and OpenSSH's (ssh_key.h). The first block that is a key counts; EC PARAMETERS
/// blocks are skipped. Fails with kInvalidArgument ("unsupported format", "x509: decryption
/// password incorrect"), or as `ask` fails. PBKDF2 is held to 10 million rounds.
Result<PrivateKey> parse_private_key(std::string_view pem, const AskPassword& ask);

/// True for the types of PEM blocks that parse_private_key reads.
bool is_private_key_type(std::string_view type);

/// True if parse_private_key would ask for a password.
bool is_encrypted_key(std::string_view pem);

/// A PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE block's key.
Result<PublicKey> parse_public_key(std::string_view pem);

/// "EC PRIVATE KEY" (SEC 1), "RSA PRIVATE KEY" (PKCS#1), "PRIVATE KEY" for Ed25519: what the
/// original writes.
Secret encode_private_key(const PrivateKey& key);
/// As the original encrypts: EC and RSA with DEK-Info AES-256-CBC (lower-case IV), Ed25519 as
/// PBES2 with PBKDF2-HMAC-SHA-256, 600,000 rounds, 16 octets of salt, AES-256-CBC.
std::string encrypt_private_key(const PrivateKey& key, ByteView password, Random& random);
/// The same as PKCS#8 whatever the kind of key: "PRIVATE KEY" and "ENCRYPTED PRIVATE KEY".
Secret encode_pkcs8_key(const PrivateKey& key);
std::string encrypt_pkcs8_key(const PrivateKey& key, ByteView password, Random& random);

// DER without PEM around it, and nothing that says what it is.

/// PKCS#8, SEC 1 or PKCS#1, in clear.
Result<PrivateKey> parse_private_key_der(ByteView der);
/// SubjectPublicKeyInfo or PKCS#1.
Result<PublicKey> parse_public_key_der(ByteView der);
/// SEC 1, PKCS#1, PKCS#8 for Ed25519: what is in encode_private_key's blocks.
Secret encode_private_key_der(const PrivateKey& key);

/// "PUBLIC KEY".
std::string encode_public_key(const PublicKey& key);

}  // namespace step::crypto
