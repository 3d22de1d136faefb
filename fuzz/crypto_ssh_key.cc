#include <cstdlib>

#include "crypto/ssh_key.h"
#include "fuzz/fuzz.h"

using namespace step;

namespace {

/// All zeros: only the check octets of a key depend on it.
class NoRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{}); }
};

void expect_same(const crypto::PublicKey& key) {
    const auto wire = crypto::parse_ssh_key(crypto::encode_ssh_key(key));
    const auto line = crypto::parse_authorized_key(crypto::encode_authorized_key(key));
    if (!wire || *wire != key || !line || *line != key) {
        std::abort();
    }
}

}  // namespace

/// A public key on the wire, a line of authorized_keys, a private key in clear: each comes back the
/// same from what we write.
FUZZ_TARGET(crypto_ssh_key) {
    const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
    for (const auto& key : {crypto::parse_ssh_key(bytes), crypto::parse_authorized_key(bytes)}) {
        if (key) {
            expect_same(*key);
        }
    }
    if (crypto::is_encrypted_openssh_key(bytes)) {
        return;  // As slow as it likes.
    }
    if (const auto key = crypto::open_openssh_key(bytes, {})) {
        NoRandom random;
        const auto again =
            crypto::open_openssh_key(crypto::seal_openssh_key(*key, nullptr, random).bytes, {});
        if (!again || again->pkcs8().view() != key->pkcs8().view()) {
            std::abort();
        }
    }
}
