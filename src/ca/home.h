#pragma once

#include "cli/command.h"
#include "setup/steppath.h"

namespace step::ca {

/// The flag --context, for commands that read the configuration of an authority.
cli::Flag context_flag();

/// --context, else STEP_CA_CONTEXT; empty: the context in use, if any.
std::string context_name(const cli::Args& args, const Environment& environment);

/// Where everything lies, in that context. Fails as setup::load_steppath(), or with kNotFound and
/// the original's words, `context "X" not found`.
Result<setup::StepPath> find_home(const std::string& context, const Environment& environment);

}  // namespace step::ca
