#pragma once

#include <optional>

#include "cli/command.h"
#include "commands/ca/connect.h"

namespace step::commands {

/// Who this machine or person is to the CA, whatever is asked of it: the certificate and key that
/// config/identity.json names ({"type": "mTLS", "crt": FILE, "key": FILE}), as `step` v0.30 makes
/// it with host and user identities. Nothing if there is no such file, or it cannot be used (an
/// encrypted key, a certificate that has expired or begins in more than a minute): the CA says
/// then what it thinks of somebody without one.
std::optional<Identity> default_identity(const cli::Context& context);

}  // namespace step::commands
