#include <cstdlib>

#include "crypto/key.h"
#include "fuzz/fuzz.h"

using namespace step;

/// A key that parses is written as it was read, and comes back from its numbers.
FUZZ_TARGET(crypto_spki) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto key = crypto::PublicKey::from_spki(der);
    if (!key) {
        return;
    }
    const crypto::PublicKey::Numbers n = key->numbers();
    const auto again = key->kind() == crypto::KeyKind::kRsa
                           ? crypto::PublicKey::from_rsa(n.modulus, n.exponent)
                       : key->kind() == crypto::KeyKind::kEd25519
                           ? crypto::PublicKey::from_ed25519(n.x)
                           : crypto::PublicKey::from_ec(key->kind(), n.x, n.y);
    if (key->spki() != der || !again || *again != *key ||
        key->verify(default_scheme(*key), der, "no signature")) {
        std::abort();
    }
}
