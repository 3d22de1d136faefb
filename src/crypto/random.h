#pragma once

#include "base/runtime.h"

namespace step::crypto {

/// OpenSSL's generator. Ends the process if it has no entropy. Thread-safe.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

}  // namespace step::crypto
