#pragma once

#include <string_view>

#include "base/result.h"

namespace step::commands {

// The original's sentences about flags (cli.md 2.11), all kInvalidArgument. Flag names come
// without dashes.

/// "flag '--a' requires the '--b' flag"
Error flag_requires(std::string_view flag, std::string_view needed);
/// "'--profile leaf' requires the '--ca' flag"
Error value_requires(std::string_view flag, std::string_view value, std::string_view needed);
/// "flag '--a' is incompatible with '--b'"; `other` is quoted as it stands.
Error flag_incompatible(std::string_view flag, std::string_view other);
/// "flag '--size' is incompatible with flag '--kty EC'"
Error flag_incompatible_value(std::string_view flag, std::string_view other,
                              std::string_view value);
/// "invalid value 'v' for flag '--f'; options are …", without the end if there are no options.
Error invalid_flag_value(std::string_view flag, std::string_view value,
                         std::string_view options = "");
/// "positional arguments <a> and <b> cannot be equal in 'usage'"
Error equal_positionals(std::string_view a, std::string_view b, std::string_view usage);
/// "flag '--size' requires at least 2048 unless '--insecure' flag is provided"
Error flag_too_small(std::string_view flag, unsigned least);
/// "flag '--size' must be greater than or equal to 0"
Error flag_negative(std::string_view flag);

}  // namespace step::commands
