// A password's hash from a stranger, in the PHC format or bcrypt's: what it asks for is within the
// limits, and what asks for little is computed and fits one password at most.
#include <cstdlib>

#include "crypto/password_hash.h"
#include "fuzz/fuzz.h"

using namespace step;

FUZZ_TARGET(crypto_password_hash) {
    constexpr std::int64_t kMost = std::int64_t{8} << 20U, kLittle = 64;
    const ByteView text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto work = crypto::work_of_hash(text);
    if (!work) {
        if (crypto::check_password("password", text)) {
            std::abort();
        }
        return;
    }
    if (work->kib < 0 || work->passes < 0 || work->kib * work->passes > kMost) {
        std::abort();
    }
    if (work->kib * work->passes > kLittle) {
        return;
    }
    const auto one = crypto::check_password("password", text);
    const auto other = crypto::check_password("Password", text);
    if (static_cast<bool>(one) != static_cast<bool>(other)) {
        std::abort();
    }
}
