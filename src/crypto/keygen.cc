#include "crypto/keygen.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/key_impl.h"
#include "crypto/ossl/library.h"

namespace step::crypto {

Result<PrivateKey> generate_key(KeyKind kind, unsigned rsa_bits) {
    if (kind == KeyKind::kRsa && (rsa_bits < 1024 || rsa_bits > 16'384)) {
        return bad_key("RSA keys have 1024 to 16384 bits");
    }
    const char* const type = kind == KeyKind::kRsa       ? "RSA"
                             : kind == KeyKind::kEd25519 ? "ED25519"
                                                         : "EC";
    const ossl::PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
        (kind == KeyKind::kRsa &&
         EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(rsa_bits)) != 1) ||
        (ossl::curve_name(kind) != nullptr &&
         EVP_PKEY_CTX_set_group_name(context.get(), ossl::curve_name(kind)) != 1) ||
        EVP_PKEY_generate(context.get(), &made) != 1) {
        return ossl::take_error(Code::kInternal, "cannot generate a key");
    }
    return adopt_key_pair(kind, ossl::PkeyPtr(made));
}

}  // namespace step::crypto
