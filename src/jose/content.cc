#include <array>

#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "jose/content_impl.h"

namespace step::jose {
namespace {

constexpr std::size_t kGcmNonce = 12, kGcmTag = 16, kCbcIv = 16;

constexpr std::array<ContentAlgorithm, 6> kContentAlgorithms = {{
    {"A128GCM", 16},
    {"A192GCM", 24},
    {"A256GCM", 32},
    {"A128CBC-HS256", 32, true},
    {"A192CBC-HS384", 48, true},
    {"A256CBC-HS512", 64, true},
}};

/// RFC 7518 5.2.2.1: the first half of the key is the HMAC's, of whose output half is the tag.
struct CbcKeys {
    ByteView mac{}, cipher{};
    crypto::Hash hash = crypto::Hash::kSha256;
    crypto::CbcCipher kind = crypto::CbcCipher::kAes128;
};
CbcKeys split_key(ByteView key) {
    const std::size_t half = key.size() / 2;
    CbcKeys keys{.mac = key.substr(0, half), .cipher = key.substr(half)};
    if (half == 24) {
        keys.hash = crypto::Hash::kSha384;
        keys.kind = crypto::CbcCipher::kAes192;
    } else if (half == 32) {
        keys.hash = crypto::Hash::kSha512;
        keys.kind = crypto::CbcCipher::kAes256;
    }
    return keys;
}

Bytes cbc_tag(const CbcKeys& keys, ByteView additional, ByteView iv, ByteView ciphertext) {
    Bytes covered(additional);
    covered += iv;
    covered += ciphertext;
    const std::uint64_t bits = std::uint64_t{additional.size()} * 8;
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        covered += static_cast<char>(bits >> (shift - 8) & 0xffU);
    }
    return crypto::hmac(keys.hash, keys.mac, covered).substr(0, keys.mac.size());
}

}  // namespace

Error cannot_open() {
    return {.code = Code::kUnauthenticated, .detail = "error in cryptographic primitive"};
}

const ContentAlgorithm* find_content_algorithm(std::string_view name) {
    const auto found = std::ranges::find(kContentAlgorithms, name, &ContentAlgorithm::name);
    return found == kContentAlgorithms.end() ? nullptr : &*found;
}

std::size_t iv_bytes(const ContentAlgorithm& algorithm) {
    return algorithm.cbc ? kCbcIv : kGcmNonce;
}

Result<SealedContent> seal_content(const ContentAlgorithm& algorithm, ByteView key, Bytes iv,
                                   ByteView plaintext, ByteView additional) {
    SealedContent sealed{.iv = std::move(iv)};
    if (!algorithm.cbc) {
        STEP_ASSIGN(auto gcm, crypto::seal_gcm(key, sealed.iv, plaintext, additional));
        sealed.ciphertext = std::move(gcm.ciphertext);
        sealed.tag = std::move(gcm.tag);
        return sealed;
    }
    const CbcKeys keys = split_key(key);
    STEP_ASSIGN(sealed.ciphertext,
                crypto::encrypt_cbc(keys.kind, keys.cipher, sealed.iv, plaintext));
    sealed.tag = cbc_tag(keys, additional, sealed.iv, sealed.ciphertext);
    return sealed;
}

Result<Secret> open_content(const ContentAlgorithm& algorithm, ByteView key,
                            const SealedContent& sealed, ByteView additional) {
    if (key.size() != algorithm.key_bytes || sealed.iv.size() != iv_bytes(algorithm)) {
        return cannot_open();
    }
    if (!algorithm.cbc) {
        if (sealed.tag.size() != kGcmTag) {
            return cannot_open();
        }
        auto opened = crypto::open_gcm(key, sealed.iv, {sealed.ciphertext, sealed.tag}, additional);
        return opened ? std::move(opened) : Result<Secret>(cannot_open());
    }
    const CbcKeys keys = split_key(key);
    // The tag before the padding: nobody learns from how the latter fails.
    if (!crypto::equal_secrets(cbc_tag(keys, additional, sealed.iv, sealed.ciphertext),
                               sealed.tag)) {
        return cannot_open();
    }
    auto opened = crypto::decrypt_cbc(keys.kind, keys.cipher, sealed.iv, sealed.ciphertext);
    return opened ? std::move(opened) : Result<Secret>(cannot_open());
}

}  // namespace step::jose
