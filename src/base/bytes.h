#pragma once

#include <string>
#include <string_view>

namespace step {

/// A string of octets: DER, a key, a digest, a request body. One type for all of them, so
/// that storage keys, JSON members and PEM bodies need no conversion (docs/decisions/0002).
using Bytes = std::string;
using ByteView = std::string_view;

}  // namespace step
