#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "base/secret.h"
#include "crypto/ossl/library.h"

namespace step::crypto {

Bytes digest(Hash hash, ByteView data) {
    Bytes out(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    STEP_CHECK(EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()),
                          &size, ossl::message_digest(hash), nullptr) == 1);
    out.resize(size);
    return out;
}

Bytes hmac(Hash hash, ByteView key, ByteView data) {
    const std::size_t block = hash == Hash::kSha384 || hash == Hash::kSha512 ? 128 : 64;
    Bytes inner = key.size() > block ? digest(hash, key) : Bytes(key);
    inner.resize(block, '\0');
    Bytes outer = inner;
    for (std::size_t i = 0; i < block; ++i) {
        inner[i] = static_cast<char>(inner[i] ^ 0x36);
        outer[i] = static_cast<char>(outer[i] ^ 0x5c);
    }
    inner.append(data);
    outer.append(digest(hash, inner));
    Bytes mac = digest(hash, outer);
    wipe(inner);
    wipe(outer);
    return mac;
}

bool equal_secrets(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace step::crypto
