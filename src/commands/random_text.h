#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/runtime.h"

namespace step::commands {

/// A number below `limit`, each as likely as any other. `limit` is not 0.
std::uint64_t random_below(Random& random, std::uint64_t limit);
/// `count` letters of `alphabet`, which has at most 256, each as likely as any other.
std::string random_text(Random& random, std::string_view alphabet, std::size_t count);

inline constexpr std::string_view kAlphanumeric =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace step::commands
