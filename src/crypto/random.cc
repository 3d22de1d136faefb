#include "crypto/random.h"

#include <openssl/rand.h>

#include "base/check.h"

namespace step::crypto {

void SystemRandom::fill(std::span<std::byte> out) {
    while (!out.empty()) {
        const std::size_t now = std::min<std::size_t>(out.size(), 1U << 20U);
        STEP_CHECK(
            RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(now)) == 1);
        out = out.subspan(now);
    }
}

}  // namespace step::crypto
