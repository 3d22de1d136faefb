#pragma once

#include <string>

#include "base/result.h"

namespace step::crypto {

/// A random prime of exactly `bits` bits, in decimal. Fails with kInvalidArgument unless `bits`
/// is 2 to 16384. Takes minutes for the largest.
Result<std::string> random_prime(unsigned bits);

}  // namespace step::crypto
