#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "crypto/key.h"

namespace step::commands {

// What "crypto key sign" and "crypto key verify" have in common: EC keys sign the SHA-2 digest that
// is as long as their field, in DER; Ed25519 the message itself; RSA what --alg and --pss say.

/// --alg and --pss.
std::vector<cli::Flag> file_signature_flags();

/// Fails with "unsupported algorithm X".
Result<Bytes> sign_file(const cli::Args& args, const crypto::PrivateKey& key, ByteView message);

/// False if the signature is wrong; fails as sign_file.
Result<bool> verify_file(const cli::Args& args, const crypto::PublicKey& key, ByteView message,
                         ByteView signature);

}  // namespace step::commands
