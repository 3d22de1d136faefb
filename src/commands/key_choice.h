#pragma once

#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "crypto/key.h"
#include "crypto/keygen.h"

namespace step::commands {

/// --kty, --crv/--curve and --size, as `certificate create` and `crypto keypair` take them.
std::vector<cli::Flag> key_flags();

struct KeyChoice {
    crypto::KeyKind kind = crypto::KeyKind::kEcP256;
    unsigned rsa_bits = 2048;
};
/// What those flags ask for (cli.md 5.6, "Key generation rules"): EC P-256 if none is given.
/// RSA below 2048 bits needs a true `insecure` flag. Fails with kInvalidArgument and the
/// original's words.
Result<KeyChoice> choose_key(const cli::Args& args);

/// A fresh key. Fails as crypto::generate_key, and for RSA below 1024 bits as Go refuses it.
Result<crypto::PrivateKey> make_key(const KeyChoice& choice);

}  // namespace step::commands
