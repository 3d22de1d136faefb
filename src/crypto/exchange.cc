#include "crypto/exchange.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/key_impl.h"
#include "crypto/octets_impl.h"
#include "crypto/ossl/handle.h"

namespace step::crypto {
namespace {

bool set_padding(evp_pkey_ctx_st* context, RsaPadding padding) {
    if (padding == RsaPadding::kPkcs1) {
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
    }
    const EVP_MD* hash = padding == RsaPadding::kOaepSha1 ? EVP_sha1() : EVP_sha256();
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, hash) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash) > 0;
}

}  // namespace

Result<Secret> agree(const PrivateKey& own, const PublicKey& other) {
    if (own.kind() != other.kind() || field_bytes(own.kind()) == 0) {
        return bad_key("the keys are not on one elliptic curve");
    }
    const ossl::PkeyPtr peer(other.new_handle());
    const ossl::PkeyCtxPtr context(EVP_PKEY_CTX_new(own.handle(), nullptr));
    Bytes shared(field_bytes(own.kind()), '\0');
    std::size_t size = shared.size();
    if (!peer || !context || EVP_PKEY_derive_init(context.get()) <= 0 ||
        EVP_PKEY_derive_set_peer(context.get(), peer.get()) <= 0 ||
        EVP_PKEY_derive(context.get(), octets(shared), &size) <= 0 || size != shared.size()) {
        wipe(shared);
        return ossl::take_error(Code::kInvalidArgument, "cannot agree on a secret");
    }
    return Secret(std::move(shared));
}

Result<Bytes> encrypt_rsa(const PublicKey& key, RsaPadding padding, ByteView message) {
    if (key.kind() != KeyKind::kRsa) {
        return bad_key("not an RSA key");
    }
    const ossl::PkeyPtr pkey(key.new_handle());
    const ossl::PkeyCtxPtr context(pkey ? EVP_PKEY_CTX_new(pkey.get(), nullptr) : nullptr);
    Bytes out((key.bits() + 7) / 8, '\0');
    std::size_t size = out.size();
    if (!context || EVP_PKEY_encrypt_init(context.get()) <= 0 ||
        !set_padding(context.get(), padding) ||
        EVP_PKEY_encrypt(context.get(), octets(out), &size, octets(message), message.size()) <= 0) {
        return ossl::take_error(Code::kInvalidArgument, "cannot encrypt with the RSA key");
    }
    out.resize(size);
    return out;
}

Result<Secret> decrypt_rsa(const PrivateKey& key, RsaPadding padding, ByteView ciphertext) {
    if (key.kind() != KeyKind::kRsa) {
        return bad_key("not an RSA key");
    }
    const ossl::PkeyCtxPtr context(EVP_PKEY_CTX_new(key.handle(), nullptr));
    Bytes out((key.public_key().bits() + 7) / 8, '\0');
    std::size_t size = out.size();
    if (!context || EVP_PKEY_decrypt_init(context.get()) <= 0 ||
        !set_padding(context.get(), padding) ||
        EVP_PKEY_decrypt(context.get(), octets(out), &size, octets(ciphertext),
                         ciphertext.size()) <= 0) {
        wipe(out);
        return ossl::take_error(Code::kUnauthenticated, "cannot decrypt with the RSA key");
    }
    Secret message(out.substr(0, size));
    wipe(out);
    return message;
}

}  // namespace step::crypto
