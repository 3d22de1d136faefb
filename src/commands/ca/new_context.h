#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "commands/flags.h"
#include "setup/steppath.h"

namespace step::commands {

// What `ca init` and `ca bootstrap` share: where a new authority goes.

Flags new_context_flags();  ///< --context, --profile, --authority

/// Whether the new authority belongs to a context: contexts are in use, or one of those flags is
/// given.
bool wants_context(const cli::Context& context, const setup::StepPath& path);

/// Moves `path` into the new context, so that its functions name the new places; the context is
/// called as --context says, else `fallback`, and its two folders the same unless their flags
/// are given. Nothing is written: setup::add_context() does that once the files are in place.
/// Fails with kInvalidArgument on a name that no folder can have.
Status enter_new_context(const cli::Context& context, setup::StepPath& path,
                         const std::string& fallback);

/// Says on stderr that there is a CA in $STEPPATH already whose files would be replaced, if there
/// is one and no context keeps the two apart.
void warn_of_another(const cli::Context& context, const setup::StepPath& path);

}  // namespace step::commands
