#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"

namespace step::commands {

/// The password that "crypto kdf" works on: the positional at `index`, which needs --insecure, or
/// standard input to its last octet, or what is typed at `label`.
Result<Secret> kdf_input(cli::Context& context, std::size_t index, std::string_view label);

/// --insecure, hidden.
cli::Flag kdf_insecure_flag();

}  // namespace step::commands
