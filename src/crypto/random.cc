#include "crypto/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace step::crypto {

void SystemRandom::fill(std::span<std::byte> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        STEP_CHECK(got > 0 || (got < 0 && errno == EINTR));
        out = out.subspan(got > 0 ? static_cast<std::size_t>(got) : 0);
    }
}

}  // namespace step::crypto
