// PBKDF2 costs two compressions a round. HMAC through OpenSSL's EVP spends as much again on
// contexts, so this file keeps the states after both pads and calls the compression itself: the
// only place that uses OpenSSL's low-level digests.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <bit>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/check.h"
#include "crypto/cipher.h"

namespace step::crypto {
namespace {

SHA_LONG big_endian(SHA_LONG word) {
    return std::endian::native == std::endian::little ? __builtin_bswap32(word) : word;
}
SHA_LONG64 big_endian(SHA_LONG64 word) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

template <class Word>
void put_word(Word word, unsigned char* out) {
    const Word stored = big_endian(word);
    std::memcpy(out, &stored, sizeof stored);
}
template <class Word>
Word get_word(const unsigned char* in) {
    Word stored = 0;
    std::memcpy(&stored, in, sizeof stored);
    return big_endian(stored);
}

struct Sha1 {
    using Word = SHA_LONG;
    using Context = SHA_CTX;
    static constexpr std::size_t kState = 5, kDigest = 5, kBlock = 64;
    static void init(Context& c) { SHA1_Init(&c); }
    static void compress(Context& c, const unsigned char* block) { SHA1_Transform(&c, block); }
    static void load(Context& c, const std::array<Word, kState>& h) {
        c.h0 = h[0], c.h1 = h[1], c.h2 = h[2], c.h3 = h[3], c.h4 = h[4];
    }
    static std::array<Word, kState> state(const Context& c) {
        return {c.h0, c.h1, c.h2, c.h3, c.h4};
    }
};

struct Sha256 {
    using Word = SHA_LONG;
    using Context = SHA256_CTX;
    static constexpr std::size_t kState = 8, kDigest = 8, kBlock = 64;
    static void init(Context& c) { SHA256_Init(&c); }
    static void compress(Context& c, const unsigned char* block) { SHA256_Transform(&c, block); }
    static void load(Context& c, const std::array<Word, kState>& h) {
        std::copy(h.begin(), h.end(), std::begin(c.h));
    }
    static std::array<Word, kState> state(const Context& c) { return std::to_array(c.h); }
};

struct Sha512 {
    using Word = SHA_LONG64;
    using Context = SHA512_CTX;
    static constexpr std::size_t kState = 8, kDigest = 8, kBlock = 128;
    static void init(Context& c) { SHA512_Init(&c); }
    static void compress(Context& c, const unsigned char* block) { SHA512_Transform(&c, block); }
    static void load(Context& c, const std::array<Word, kState>& h) {
        std::copy(h.begin(), h.end(), std::begin(c.h));
    }
    static std::array<Word, kState> state(const Context& c) { return std::to_array(c.h); }
};

struct Sha384 : Sha512 {
    static constexpr std::size_t kDigest = 6;
    static void init(Context& c) { SHA384_Init(&c); }
};

/// HMAC with one key over many messages of exactly one digest's length.
template <class H>
class Rounds {
public:
    using State = std::array<typename H::Word, H::kState>;
    static constexpr std::size_t kBytes = H::kDigest * sizeof(typename H::Word);

    Rounds(Hash hash, ByteView key) {
        Bytes pad = key.size() > H::kBlock ? digest(hash, key) : Bytes(key);
        pad.resize(H::kBlock, '\0');
        inner_ = after_pad(pad, 0x36);
        outer_ = after_pad(pad, 0x5c);
        wipe(pad);
        // Of a message of pad and digest: the bit that ends it, zeros, its length in bits.
        block_[kBytes] = 0x80;
        put_word<std::uint32_t>((H::kBlock + kBytes) * 8, block_.data() + H::kBlock - 4);
    }
    Rounds(const Rounds&) = delete;
    Rounds& operator=(const Rounds&) = delete;
    ~Rounds() {
        OPENSSL_cleanse(inner_.data(), sizeof(inner_));
        OPENSSL_cleanse(outer_.data(), sizeof(outer_));
        OPENSSL_cleanse(block_.data(), sizeof(block_));
        OPENSSL_cleanse(&context_, sizeof(context_));
    }

    /// F of RFC 8018 5.2 from its U_1.
    Bytes run(ByteView first, unsigned rounds) {
        std::copy(first.begin(), first.end(), block_.begin());
        std::array<typename H::Word, H::kDigest> sum{};
        for (std::size_t i = 0; i < H::kDigest; ++i) {
            sum[i] = get_word<typename H::Word>(block_.data() + i * sizeof(typename H::Word));
        }
        for (unsigned round = 1; round < rounds; ++round) {
            compress(inner_);
            const State last = compress(outer_);
            for (std::size_t i = 0; i < H::kDigest; ++i) {
                sum[i] ^= last[i];
            }
        }
        for (std::size_t i = 0; i < H::kDigest; ++i) {
            put_word(sum[i], block_.data() + i * sizeof(typename H::Word));
        }
        OPENSSL_cleanse(sum.data(), sizeof(sum));
        return {reinterpret_cast<const char*>(block_.data()), kBytes};
    }

private:
    State after_pad(const Bytes& key, unsigned char with) {
        std::array<unsigned char, H::kBlock> block{};
        std::transform(key.begin(), key.end(), block.begin(), [&](char c) {
            return static_cast<unsigned char>(static_cast<unsigned char>(c) ^ with);
        });
        H::init(context_);
        H::compress(context_, block.data());
        OPENSSL_cleanse(block.data(), block.size());
        return H::state(context_);
    }
    /// Digests what is in the block, puts the digest there and gives it.
    State compress(const State& from) {
        H::load(context_, from);
        H::compress(context_, block_.data());
        const State state = H::state(context_);
        for (std::size_t i = 0; i < H::kDigest; ++i) {
            put_word(state[i], block_.data() + i * sizeof(typename H::Word));
        }
        return state;
    }

    typename H::Context context_{};
    State inner_{}, outer_{};
    std::array<unsigned char, H::kBlock> block_{};
};

template <class H>
Secret derive(Hash hash, ByteView password, ByteView salt, unsigned rounds, std::size_t length) {
    Rounds<H> hmac_rounds(hash, password);
    Bytes out;
    out.reserve(length + Rounds<H>::kBytes);
    for (std::uint32_t block = 1; out.size() < length; ++block) {
        std::array<unsigned char, 4> index{};
        put_word(block, index.data());
        const Bytes message = Bytes(salt).append(reinterpret_cast<const char*>(index.data()), 4);
        Bytes part = hmac_rounds.run(hmac(hash, password, message), rounds);
        out.append(part);
        wipe(part);
    }
    out.resize(length);
    return Secret(std::move(out));
}

}  // namespace

Secret pbkdf2(Hash hash, ByteView password, ByteView salt, unsigned rounds, std::size_t length) {
    switch (hash) {
        case Hash::kSha1:
            return derive<Sha1>(hash, password, salt, rounds, length);
        case Hash::kSha256:
            return derive<Sha256>(hash, password, salt, rounds, length);
        case Hash::kSha384:
            return derive<Sha384>(hash, password, salt, rounds, length);
        case Hash::kSha512:
            return derive<Sha512>(hash, password, salt, rounds, length);
        case Hash::kMd5:
            break;
    }
    STEP_CHECK(hash != Hash::kMd5);  // No format we read has it.
    return {};
}

}  // namespace step::crypto
