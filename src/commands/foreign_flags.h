#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"
#include "commands/flags.h"

namespace step::commands {

/// A flag of the original whose capability is not there yet: hidden, and refused by name.
struct ForeignFlag {
    std::string_view name;
    cli::FlagType type;
    std::string_view needs;  ///< "a provisioner of type OIDC"
};

/// "flag '--x' needs Y, which is not supported yet", kUnsupported.
Error foreign_flag_error(const ForeignFlag& row);

/// They are hidden.
Flags foreign_flags(std::span<const ForeignFlag> rows);

/// foreign_flag_error() if one of them stands on the command line. The environment and
/// defaults.json speak to many commands; only what was typed here is meant for this one.
Status refuse_foreign_flags(const cli::Args& args, std::span<const ForeignFlag> rows);

}  // namespace step::commands
