#include <cstdlib>

#include "crypto/pem_encryption.h"
#include "fuzz/fuzz.h"

using namespace step;

/// Few rounds keep it quick. What opens with the password is one whole SEQUENCE; what needs more
/// rounds than allowed does not open at all.
FUZZ_TARGET(crypto_pkcs8) {
    constexpr std::int64_t kRounds = 100;
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto opened = crypto::open_pkcs8(der, "password", kRounds);
    if (opened && (opened->empty() || opened->view().front() != '\x30')) {
        std::abort();
    }
    if (crypto::open_pkcs8(der, "password", 0)) {
        std::abort();
    }
}
