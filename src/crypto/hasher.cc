#include "crypto/hasher.h"

#include <openssl/evp.h>

#include "base/check.h"
#include "crypto/hasher_impl.h"

namespace step::crypto {
namespace {

struct Name {
    std::string_view ours{};
    const EVP_MD* (*get)() = nullptr;
};
constexpr Name kNames[] = {{"md5", EVP_md5},
                           {"sha1", EVP_sha1},
                           {"sha224", EVP_sha224},
                           {"sha256", EVP_sha256},
                           {"sha384", EVP_sha384},
                           {"sha512", EVP_sha512},
                           {"sha512-224", EVP_sha512_224},
                           {"sha512-256", EVP_sha512_256}};

}  // namespace

const evp_md_st* find_message_digest(std::string_view name) {
    for (const Name& known : kNames) {
        if (known.ours == name) {
            return known.get();
        }
    }
    return nullptr;
}

std::optional<Hasher> Hasher::make(std::string_view name) {
    const EVP_MD* const digest = find_message_digest(name);
    if (digest == nullptr) {
        return std::nullopt;
    }
    ossl::MdCtxPtr context(EVP_MD_CTX_new());
    STEP_CHECK(context && EVP_DigestInit_ex2(context.get(), digest, nullptr) == 1);
    return Hasher(std::move(context));
}

void Hasher::update(ByteView piece) {
    STEP_CHECK(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1);
}

Bytes Hasher::finish() {
    Bytes digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    STEP_CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                  &size) == 1);
    digest.resize(size);
    return digest;
}

}  // namespace step::crypto
