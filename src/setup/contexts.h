#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "setup/steppath.h"

namespace step::setup {

// What `step context`, `ca init` and `ca bootstrap` do to contexts.json and
// current-context.json. Each change is on disk when its function returns; the folders of a
// context are the caller's business unless a function says so.

/// Adds `entry`, or replaces the one of its name, and makes it the current one, here and for
/// commands to come. Fails with kInvalidArgument, "error adding context: …", on an entry that
/// check() refuses or one without a name.
Status add_context(StepPath& path, const ContextEntry& entry);

/// The context for commands to come. kNotFound, "context 'N' not found".
Status save_current(StepPath& path, const std::string& name);

/// What remove_context() deletes: the folders of `entry` that no other context shares.
std::vector<std::string> folders_only_of(const StepPath& path, const ContextEntry& entry);

/// Deletes those folders, the entry, and the line of BASE/ssh/includes that stands for an
/// authority that is gone. Fails with kConflict for the current context, kNotFound for an
/// unknown one. After a failure in the middle the entry is still there, to be removed again.
Status remove_context(StepPath& path, const std::string& name);

/// All names: the current one first, the others sorted without regard to case.
std::vector<std::string> context_names(const StepPath& path);

}  // namespace step::setup
