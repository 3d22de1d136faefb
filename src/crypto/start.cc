#include "crypto/start.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/check.h"
#include "crypto/random.h"

namespace step::crypto {
namespace {

int fill_from_kernel(unsigned char* out, int size) {
    if (size < 0) {
        return 0;
    }
    SystemRandom().fill({reinterpret_cast<std::byte*>(out), static_cast<std::size_t>(size)});
    return 1;
}

int always_seeded() {
    return 1;
}

}  // namespace

void start_for_one_command() {
    STEP_CHECK(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1);
// Deprecated since 3.0 in favour of providers; those are what takes the time.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    static const RAND_METHOD kernel{.seed = nullptr,
                                    .bytes = fill_from_kernel,
                                    .cleanup = nullptr,
                                    .add = nullptr,
                                    .pseudorand = fill_from_kernel,
                                    .status = always_seeded};
    STEP_CHECK(RAND_set_rand_method(&kernel) == 1);
#pragma GCC diagnostic pop
}

}  // namespace step::crypto
