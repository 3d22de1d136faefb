#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "commands/ca/connect.h"

namespace step::commands {

/// A token by which the holder of a certificate's key asks for the next one where TLS cannot
/// prove it: an expired certificate does not get through the handshake. `token_id` is its "jti";
/// empty: none.
Result<std::string> renew_token(const cli::Context& context, const std::string& audience,
                                const Identity& identity, const std::string& token_id);

}  // namespace step::commands
