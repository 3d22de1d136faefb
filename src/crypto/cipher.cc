#include "crypto/cipher.h"

#include <openssl/evp.h>

#include "crypto/octets_impl.h"
#include "crypto/ossl/handle.h"
#include "crypto/ossl/library.h"

namespace step::crypto {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;

enum class Direction : unsigned char { kOpen = 0, kSeal = 1 };

Error bad_input(const char* detail) {
    return Error{.code = Code::kInvalidArgument, .detail = detail};
}

Result<ossl::CipherCtxPtr> start(const evp_cipher_st* cipher, ByteView key, ByteView iv,
                                 Direction direction) {
    ossl::CipherCtxPtr context(EVP_CIPHER_CTX_new());
    if (context) {
        EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    }
    if (!context ||
        EVP_CipherInit_ex2(context.get(), cipher, octets(key), iv.empty() ? nullptr : octets(iv),
                           static_cast<int>(direction), nullptr) != 1) {
        return ossl::take_error(Code::kInternal, "cannot start a cipher");
    }
    return context;
}

/// All of `input` and what the cipher still holds back; false if it refuses.
bool run(evp_cipher_ctx_st* context, ByteView input, Bytes& out) {
    out.resize(input.size() + 32);
    int first = 0;
    int last = 0;
    if (EVP_CipherUpdate(context, octets(out), &first, octets(input),
                         static_cast<int>(input.size())) != 1 ||
        EVP_CipherFinal_ex(context, octets(out) + first, &last) != 1) {
        wipe(out);
        return false;
    }
    out.resize(static_cast<std::size_t>(first) + static_cast<std::size_t>(last));
    return true;
}

/// Associated data; OpenSSL takes it as an update without output.
bool add(evp_cipher_ctx_st* context, ByteView additional) {
    int ignored = 0;
    return additional.empty() || EVP_CipherUpdate(context, nullptr, &ignored, octets(additional),
                                                  static_cast<int>(additional.size())) == 1;
}

struct CbcFacts {
    const evp_cipher_st* cipher = nullptr;
    std::size_t key_bytes = 0, block_bytes = 16;
};
CbcFacts facts_of(CbcCipher cipher) {
    switch (cipher) {
        case CbcCipher::kAes128:
            return {ossl::aes(ossl::Mode::kCbc, 16), 16};
        case CbcCipher::kAes192:
            return {ossl::aes(ossl::Mode::kCbc, 24), 24};
        case CbcCipher::kAes256:
            return {ossl::aes(ossl::Mode::kCbc, 32), 32};
        case CbcCipher::kDes3:
            break;
    }
    return {ossl::des3_cbc(), 24, 8};
}

Result<ossl::CipherCtxPtr> start_cbc(CbcCipher cipher, ByteView key, ByteView iv, ByteView input,
                                     Direction direction) {
    const CbcFacts facts = facts_of(cipher);
    if (key.size() != facts.key_bytes || iv.size() != facts.block_bytes ||
        input.size() > kMaxBytes) {
        return bad_input("wrong size of key, initialisation vector or text");
    }
    return start(facts.cipher, key, iv, direction);
}

}  // namespace

Result<Sealed> seal_gcm(ByteView key, ByteView nonce, ByteView plaintext, ByteView additional) {
    const evp_cipher_st* const cipher = ossl::aes(ossl::Mode::kGcm, key.size());
    if (cipher == nullptr || nonce.size() != kNonceBytes || plaintext.size() > kMaxBytes ||
        additional.size() > kMaxBytes) {
        return bad_input("wrong size of key, nonce or text");
    }
    STEP_ASSIGN(const ossl::CipherCtxPtr context, start(cipher, key, nonce, Direction::kSeal));
    Sealed sealed;
    sealed.tag.resize(kTagBytes);
    if (!add(context.get(), additional) || !run(context.get(), plaintext, sealed.ciphertext) ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes),
                            sealed.tag.data()) != 1) {
        return ossl::take_error(Code::kInternal, "cannot encrypt");
    }
    return sealed;
}

Result<Secret> open_gcm(ByteView key, ByteView nonce, const Sealed& sealed, ByteView additional) {
    const evp_cipher_st* const cipher = ossl::aes(ossl::Mode::kGcm, key.size());
    if (cipher == nullptr || nonce.size() != kNonceBytes || sealed.tag.size() != kTagBytes ||
        sealed.ciphertext.size() > kMaxBytes || additional.size() > kMaxBytes) {
        return bad_input("wrong size of key, nonce, tag or text");
    }
    STEP_ASSIGN(const ossl::CipherCtxPtr context, start(cipher, key, nonce, Direction::kOpen));
    Bytes tag = sealed.tag;
    Bytes plaintext;
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                            tag.data()) != 1 ||
        !add(context.get(), additional) || !run(context.get(), sealed.ciphertext, plaintext)) {
        return ossl::take_error(Code::kUnauthenticated, "message authentication failed");
    }
    return Secret(std::move(plaintext));
}

Result<Bytes> wrap_key(ByteView wrapping_key, ByteView key) {
    const evp_cipher_st* const cipher = ossl::aes(ossl::Mode::kWrap, wrapping_key.size());
    if (cipher == nullptr || key.size() < 16 || key.size() % 8 != 0 || key.size() > kMaxBytes) {
        return bad_input("wrong size of key");
    }
    STEP_ASSIGN(const ossl::CipherCtxPtr context,
                start(cipher, wrapping_key, {}, Direction::kSeal));
    Bytes wrapped;
    if (!run(context.get(), key, wrapped)) {
        return ossl::take_error(Code::kInternal, "cannot wrap a key");
    }
    return wrapped;
}

Result<Secret> unwrap_key(ByteView wrapping_key, ByteView wrapped) {
    const evp_cipher_st* const cipher = ossl::aes(ossl::Mode::kWrap, wrapping_key.size());
    if (cipher == nullptr || wrapped.size() < 24 || wrapped.size() % 8 != 0 ||
        wrapped.size() > kMaxBytes) {
        return bad_input("wrong size of key");
    }
    STEP_ASSIGN(const ossl::CipherCtxPtr context,
                start(cipher, wrapping_key, {}, Direction::kOpen));
    Bytes key;
    if (!run(context.get(), wrapped, key)) {
        return ossl::take_error(Code::kUnauthenticated, "key unwrap failed");
    }
    return Secret(std::move(key));
}

Result<Bytes> encrypt_cbc(CbcCipher cipher, ByteView key, ByteView iv, ByteView plaintext) {
    STEP_ASSIGN(const ossl::CipherCtxPtr context,
                start_cbc(cipher, key, iv, plaintext, Direction::kSeal));
    Bytes ciphertext;
    if (!run(context.get(), plaintext, ciphertext)) {
        return ossl::take_error(Code::kInternal, "cannot encrypt");
    }
    return ciphertext;
}

Result<Secret> decrypt_cbc(CbcCipher cipher, ByteView key, ByteView iv, ByteView ciphertext) {
    STEP_ASSIGN(const ossl::CipherCtxPtr context,
                start_cbc(cipher, key, iv, ciphertext, Direction::kOpen));
    Bytes plaintext;
    if (!run(context.get(), ciphertext, plaintext)) {
        return ossl::take_error(Code::kInvalidArgument, "decryption failed");
    }
    return Secret(std::move(plaintext));
}

}  // namespace step::crypto
