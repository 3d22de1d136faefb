#pragma once

// Everything is in errors.h; this stays until the last file that includes it does not.

#include "commands/errors.h"

namespace step::commands {

inline Error flag_requires(std::string_view flag, std::string_view needed) {
    return needs_flag(flag, needed);
}
inline Error invalid_flag_value(std::string_view flag, std::string_view value,
                                std::string_view options = "") {
    return invalid_flag(flag, value, options.empty() ? "" : "options are " + std::string(options));
}

}  // namespace step::commands
