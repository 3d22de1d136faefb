#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "setup/init.h"

namespace step::commands {

/// --root and --key of `ca init`: the authority that will sign the intermediate, and what
/// certifies it.
struct ExistingRoot {
    setup::NewAuthority signer;
    std::vector<Bytes> chain{};  ///< The signer's certificate first, the trust anchor last.
};

/// Reads both files; an encrypted key is opened with --key-password-file, else a password is
/// asked for. Fails in the original's words on files that cannot be read, and with
/// kInvalidArgument if the key does not belong to the first certificate.
Result<ExistingRoot> read_existing_root(cli::Context& context);

}  // namespace step::commands
