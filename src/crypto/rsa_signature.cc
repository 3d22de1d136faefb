#include "crypto/rsa_signature.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/hasher_impl.h"
#include "crypto/key_impl.h"
#include "crypto/octets_impl.h"

namespace step::crypto {
namespace {

bool set_padding(EVP_PKEY_CTX* context, RsaSigning how, bool sign) {
    if (how == RsaSigning::kPkcs1) {
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
    }
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context,
                                            sign ? RSA_PSS_SALTLEN_MAX : RSA_PSS_SALTLEN_AUTO) > 0;
}

/// The hash, if it and the kind of key will do.
Result<const EVP_MD*> usable_hash(KeyKind kind, std::string_view hash) {
    if (kind != KeyKind::kRsa) {
        return bad_key("not an RSA key");
    }
    const EVP_MD* const found = find_message_digest(hash);
    return found != nullptr ? Result<const EVP_MD*>(found) : bad_key("unknown hash");
}

}  // namespace

Result<Bytes> sign_rsa(const PrivateKey& key, RsaSigning how, std::string_view hash,
                       ByteView message) {
    STEP_ASSIGN(const EVP_MD* const digest, usable_hash(key.kind(), hash));
    const ossl::MdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    Bytes signature((key.public_key().bits() + 7) / 8, '\0');
    std::size_t size = signature.size();
    if (!context ||
        EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, key.handle()) != 1 ||
        !set_padding(parameters, how, /*sign=*/true) ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       octets(message), message.size()) != 1) {
        return ossl::take_error(Code::kInvalidArgument, "cannot sign with the RSA key");
    }
    signature.resize(size);
    return signature;
}

Status verify_rsa(const PublicKey& key, RsaSigning how, std::string_view hash, ByteView message,
                  ByteView signature) {
    STEP_ASSIGN(const EVP_MD* const digest, usable_hash(key.kind(), hash));
    const ossl::PkeyPtr pkey(key.new_handle());
    const ossl::MdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (!pkey || !context ||
        EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, pkey.get()) != 1 ||
        !set_padding(parameters, how, /*sign=*/false)) {
        return ossl::take_error(Code::kInvalidArgument, "cannot verify with the RSA key");
    }
    if (EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                         message.size()) != 1) {
        return ossl::take_error(Code::kUnauthenticated, "the signature is wrong");
    }
    return ok();
}

}  // namespace step::crypto
