#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/key_impl.h"
#include "crypto/octets_impl.h"
#include "crypto/ossl/library.h"

namespace step::crypto {
namespace {

enum class Padding : unsigned char { kNone, kPkcs1, kPss };
struct SchemeFacts {
    bool hashes = false;  // Ed25519 takes the message as it is.
    Hash hash{};
    Padding padding{};
};

SchemeFacts facts_of(SignatureScheme scheme) {
    switch (scheme) {
        case SignatureScheme::kEcdsaSha1:
            return {true, Hash::kSha1, Padding::kNone};
        case SignatureScheme::kEcdsaSha256:
            return {true, Hash::kSha256, Padding::kNone};
        case SignatureScheme::kEcdsaSha384:
            return {true, Hash::kSha384, Padding::kNone};
        case SignatureScheme::kEcdsaSha512:
            return {true, Hash::kSha512, Padding::kNone};
        case SignatureScheme::kRsaSha1:
            return {true, Hash::kSha1, Padding::kPkcs1};
        case SignatureScheme::kRsaSha256:
            return {true, Hash::kSha256, Padding::kPkcs1};
        case SignatureScheme::kRsaSha384:
            return {true, Hash::kSha384, Padding::kPkcs1};
        case SignatureScheme::kRsaSha512:
            return {true, Hash::kSha512, Padding::kPkcs1};
        case SignatureScheme::kRsaPssSha256:
            return {true, Hash::kSha256, Padding::kPss};
        case SignatureScheme::kRsaPssSha384:
            return {true, Hash::kSha384, Padding::kPss};
        case SignatureScheme::kRsaPssSha512:
            return {true, Hash::kSha512, Padding::kPss};
        case SignatureScheme::kEd25519:
            break;
    }
    return {};
}

Error bad_signature(const char* detail) {
    return Error{.code = Code::kUnauthenticated, .detail = detail};
}

}  // namespace

bool scheme_fits(SignatureScheme scheme, KeyKind kind) {
    const SchemeFacts facts = facts_of(scheme);
    switch (kind) {
        case KeyKind::kRsa:
            return facts.padding != Padding::kNone;
        case KeyKind::kEd25519:
            return !facts.hashes;
        default:
            return facts.hashes && facts.padding == Padding::kNone;
    }
}

SignatureContexts::~SignatureContexts() {
    for (const auto& ready : ready_) {
        ossl::MdCtxPtr(ready.load()).reset();
    }
}

Result<ossl::MdCtxPtr> SignatureContexts::initialise(evp_pkey_st* key,
                                                     SignatureScheme scheme) const {
    const SchemeFacts facts = facts_of(scheme);
    const EVP_MD* const md = facts.hashes ? ossl::message_digest(facts.hash) : nullptr;
    ossl::MdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;  // Belongs to `context`.
    const auto init = use_ == Use::kSign ? EVP_DigestSignInit : EVP_DigestVerifyInit;
    if (!context || init(context.get(), &options, md, nullptr, key) != 1) {
        return ossl::take_error(Code::kInternal, "cannot prepare a signature");
    }
    // RFC 7518 3.5 and RFC 4055 3.1 as Go has them: MGF1 with the same hash, a salt of its length.
    if (facts.padding == Padding::kPss &&
        (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return ossl::take_error(Code::kInternal, "cannot prepare a signature");
    }
    return context;
}

Result<ossl::MdCtxPtr> SignatureContexts::start(evp_pkey_st* key, SignatureScheme scheme) const {
    if (scheme == SignatureScheme::kEd25519) {
        return initialise(key, scheme);  // OpenSSL 3.0 copies no context without a digest.
    }
    const auto index = static_cast<std::size_t>(scheme);
    const auto bit = static_cast<std::uint16_t>(1U << index);
    if ((used_.load(std::memory_order_relaxed) & bit) == 0 &&
        (used_.fetch_or(bit, std::memory_order_relaxed) & bit) == 0) {
        return initialise(key, scheme);
    }
    std::atomic<evp_md_ctx_st*>& slot = ready_.at(index);
    EVP_MD_CTX* ready = slot.load(std::memory_order_acquire);
    if (ready == nullptr) {
        STEP_ASSIGN(ossl::MdCtxPtr made, initialise(key, scheme));
        if (slot.compare_exchange_strong(ready, made.get(), std::memory_order_acq_rel)) {
            ready = made.release();
        }
    }
    ossl::MdCtxPtr copy(EVP_MD_CTX_new());
    if (!copy || EVP_MD_CTX_copy_ex(copy.get(), ready) != 1) {
        return ossl::take_error(Code::kInternal, "cannot prepare a signature");
    }
    return copy;
}

Status PublicKey::verify(SignatureScheme scheme, ByteView message, ByteView signature) const {
    if (!scheme_fits(scheme, kind())) {
        return bad_signature("signature algorithm does not fit the key");
    }
    if (impl_->p256) {
        const Result<Bytes> raw = ecdsa_to_raw(signature, field_bytes(KeyKind::kEcP256));
        const bool good = raw && impl_->p256->verify(digest(facts_of(scheme).hash, message), *raw);
        return good ? ok() : Status(bad_signature("signature is not valid"));
    }
    STEP_ASSIGN(const ossl::MdCtxPtr context, impl_->contexts.start(impl_->pkey.get(), scheme));
    if (EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                         message.size()) != 1) {
        return ossl::take_error(Code::kUnauthenticated, "signature is not valid");
    }
    return ok();
}

Result<Bytes> PrivateKey::sign(SignatureScheme scheme, ByteView message) const {
    if (!scheme_fits(scheme, kind())) {
        return bad_key("signature algorithm does not fit the key");
    }
    STEP_ASSIGN(const ossl::MdCtxPtr context, impl_->contexts.start(handle(), scheme));
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(handle())), '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       octets(message), message.size()) != 1) {
        return ossl::take_error(Code::kInternal, "cannot sign");
    }
    signature.resize(size);
    return signature;
}

}  // namespace step::crypto
