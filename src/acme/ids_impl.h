#pragma once

#include <string>

#include "base/runtime.h"

namespace step::acme {

/// 24 characters that sort by time of making: 48 bits of milliseconds and 72 random ones. Rows
/// made one after the other lie beside each other; ids are no secrets.
std::string make_id(const Clock& clock, Random& random);
/// 32 letters and digits, as the original's: a challenge's token (RFC 8555 8.1).
std::string make_token(Random& random);

}  // namespace step::acme
