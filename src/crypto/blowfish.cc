#include <openssl/crypto.h>

#include "crypto/blowfish_impl.h"

namespace step::crypto {
namespace {

constexpr std::size_t kFeistelRounds = 16;

}  // namespace

std::uint32_t next_word(ByteView bytes, std::size_t& position) {
    std::uint32_t word = 0;
    for (int i = 0; i < 4; ++i) {
        word = word << 8U | static_cast<unsigned char>(bytes[position]);
        position = position + 1 == bytes.size() ? 0 : position + 1;
    }
    return word;
}

Blowfish::Blowfish() : state_(kPiDigits) {}

Blowfish::~Blowfish() {
    OPENSSL_cleanse(state_.data(), sizeof(state_));
}

void Blowfish::encrypt(std::uint32_t& left, std::uint32_t& right) const {
    const std::uint32_t* const p = state_.data();
    const std::uint32_t* const s = p + kSubkeys;
    const auto mix = [s](std::uint32_t x) {
        return ((s[x >> 24U] + s[256 + (x >> 16U & 0xffU)]) ^ s[512 + (x >> 8U & 0xffU)]) +
               s[768 + (x & 0xffU)];
    };
    std::uint32_t l = left ^ p[0];
    std::uint32_t r = right;
    for (std::size_t i = 1; i <= kFeistelRounds; i += 2) {
        r ^= mix(l) ^ p[i];
        l ^= mix(r) ^ p[i + 1];
    }
    left = r ^ p[kFeistelRounds + 1];
    right = l;
}

void Blowfish::expand(ByteView key, ByteView salt) {
    std::size_t position = 0;
    for (std::size_t i = 0; i < kSubkeys; ++i) {
        state_.at(i) ^= next_word(key, position);
    }
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    position = 0;
    for (std::size_t i = 0; i < state_.size(); i += 2) {
        if (!salt.empty()) {
            left ^= next_word(salt, position);
            right ^= next_word(salt, position);
        }
        encrypt(left, right);
        state_[i] = left;
        state_[i + 1] = right;
    }
}

}  // namespace step::crypto
