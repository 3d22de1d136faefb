#pragma once

#include "base/runtime.h"

namespace step::crypto {

/// The kernel's generator, getrandom(2). Ends the process if there is none. Thread-safe.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

}  // namespace step::crypto
