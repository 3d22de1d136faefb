#include <cstdlib>

#include "fuzz/fuzz.h"
#include "jose/jwk.h"
#include "json/write.h"

FUZZ_TARGET(jose_jwk) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto key = step::jose::parse_jwk(text);
    if (!key) {
        return;
    }
    // What we accept, we write as a key that is accepted again and does not change any more.
    const std::string written = step::json::encode(step::jose::private_jwk(*key));
    const auto again = step::jose::parse_jwk(written);
    if (!again || step::json::encode(step::jose::private_jwk(*again)) != written) {
        std::abort();
    }
    if (key->public_key && step::jose::thumbprint(*key->public_key).size() != 43) {
        std::abort();
    }
}
