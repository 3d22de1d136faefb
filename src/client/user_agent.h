#pragma once

#include <string>

#include "base/version.h"

namespace step::client {

/// What this program calls itself in every request.
inline std::string user_agent() {
    return std::string(kProduct) + " CLI/" + kVersion + " (linux/amd64)";
}

}  // namespace step::client
