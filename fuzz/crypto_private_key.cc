#include <cstdlib>

#include "crypto/pem_key.h"
#include "fuzz/fuzz.h"

using namespace step;

/// A key that is read comes back the same from what we write.
FUZZ_TARGET(crypto_private_key) {
    const std::string_view pem(reinterpret_cast<const char*>(input.data()), input.size());
    // A file may ask for ten million rounds, which is allowed and too slow for a fuzzer.
    const bool may_open = !crypto::is_encrypted_key(pem) ||
                          (pem.find("ENCRYPTED PRIVATE KEY") == std::string_view::npos &&
                           pem.find("OPENSSH PRIVATE KEY") == std::string_view::npos);
    const auto key = crypto::parse_private_key(pem, [&] {
        return may_open ? Result<Secret>(Secret("password")) : Result<Secret>(Error{});
    });
    (void)crypto::parse_public_key(pem);
    if (!key) {
        return;
    }
    const auto again = crypto::parse_private_key(crypto::encode_private_key(*key).view(),
                                                 [] { return Result<Secret>(Error{}); });
    const auto pkcs8 = crypto::PrivateKey::from_pkcs8(key->pkcs8().view());
    if (!again || !pkcs8 || again->pkcs8().view() != key->pkcs8().view() ||
        pkcs8->public_key() != key->public_key()) {
        std::abort();
    }
}
