#include "crypto/ossl/library.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "crypto/ossl/handle.h"

namespace step::ossl {
namespace {

using crypto::Hash;
using crypto::KeyKind;

constexpr std::array kDigests{"MD5", "SHA1", "SHA256", "SHA384", "SHA512"};
constexpr std::array kCurves{"P-256", "P-384", "P-521"};
constexpr std::array kLibraryCiphers{"AES-128-CBC",  "AES-192-CBC", "AES-256-CBC",  "AES-128-GCM",
                                     "AES-192-GCM",  "AES-256-GCM", "AES-128-WRAP", "AES-192-WRAP",
                                     "AES-256-WRAP", "DES-EDE3-CBC"};

EVP_PKEY* make_template(const char* curve) {
    const PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* made = nullptr;
    STEP_CHECK(ctx && EVP_PKEY_paramgen_init(ctx.get()) == 1 &&
               EVP_PKEY_CTX_set_group_name(ctx.get(), curve) == 1 &&
               EVP_PKEY_paramgen(ctx.get(), &made) == 1);
    return made;
}

// Found on first use and never freed: threads may still sign while the process ends.
struct Digests {
    std::array<const EVP_MD*, kDigests.size()> found{};
    Digests() {
        std::transform(kDigests.begin(), kDigests.end(), found.begin(),
                       [](const char* name) { return EVP_MD_fetch(nullptr, name, nullptr); });
    }
};
struct Ciphers {
    std::array<const EVP_CIPHER*, kLibraryCiphers.size()> found{};
    Ciphers() {
        std::transform(kLibraryCiphers.begin(), kLibraryCiphers.end(), found.begin(),
                       [](const char* name) { return EVP_CIPHER_fetch(nullptr, name, nullptr); });
    }
};

const EVP_CIPHER* cipher(std::size_t index) {
    static const Ciphers all;
    const EVP_CIPHER* const found = all.found.at(index);
    STEP_CHECK(found != nullptr);
    return found;
}

}  // namespace

const evp_md_st* message_digest(Hash hash) {
    static const Digests all;
    const EVP_MD* const found = all.found.at(static_cast<std::size_t>(hash));
    STEP_CHECK(found != nullptr);
    return found;
}

const evp_cipher_st* aes(Mode mode, std::size_t key_bytes) {
    if (key_bytes != 16 && key_bytes != 24 && key_bytes != 32) {
        return nullptr;
    }
    return cipher(static_cast<std::size_t>(mode) * 3 + key_bytes / 8 - 2);
}

const evp_cipher_st* des3_cbc() {
    return cipher(kLibraryCiphers.size() - 1);
}

const char* curve_name(KeyKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return index < kCurves.size() ? kCurves.at(index) : nullptr;
}

const evp_pkey_st* curve_template(KeyKind kind) {
    switch (kind) {
        case KeyKind::kEcP256: {
            static const EVP_PKEY* const key = make_template("P-256");
            return key;
        }
        case KeyKind::kEcP384: {
            static const EVP_PKEY* const key = make_template("P-384");
            return key;
        }
        case KeyKind::kEcP521: {
            static const EVP_PKEY* const key = make_template("P-521");
            return key;
        }
        case KeyKind::kEd25519:
        case KeyKind::kRsa:
            break;
    }
    return nullptr;
}

}  // namespace step::ossl
