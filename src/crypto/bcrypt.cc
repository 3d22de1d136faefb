#include "crypto/bcrypt.h"

#include <array>

#include "base/check.h"
#include "crypto/blowfish_impl.h"
#include "crypto/digest.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;

constexpr unsigned kLeastLogRounds = 4, kMostCost = 31;
constexpr int kEncryptions = 64;
constexpr std::size_t kBlock = 32;
constexpr std::size_t kMostOctets = 1024;
constexpr unsigned kMostRounds = 65'536;

/// `text`, of 8 octets for each pair of words, encrypted over and over.
template <std::size_t kWords>
std::array<std::uint32_t, kWords> encrypt_text(const Blowfish& cipher, ByteView text) {
    std::array<std::uint32_t, kWords> words{};
    std::size_t position = 0;
    for (std::uint32_t& word : words) {
        word = next_word(text, position);
    }
    for (int round = 0; round < kEncryptions; ++round) {
        for (std::size_t i = 0; i < kWords; i += 2) {
            cipher.encrypt(words[i], words[i + 1]);
        }
    }
    return words;
}

char octet(std::uint32_t word, unsigned shift) {
    return static_cast<char>(word >> shift & 0xffU);
}

/// One block of bcrypt_pbkdf: both arguments are SHA-512 digests; the words come out little-endian.
Bytes pbkdf_block(ByteView password, ByteView salt) {
    Blowfish cipher;
    cipher.expand(password, salt);
    for (int i = 0; i < kEncryptions; ++i) {
        cipher.expand(salt);
        cipher.expand(password);
    }
    Bytes out;
    out.reserve(kBlock);
    for (const std::uint32_t word :
         encrypt_text<kBlock / 4>(cipher, "OxychromaticBlowfishSwatDynamite"sv)) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            out.push_back(octet(word, shift));
        }
    }
    return out;
}

}  // namespace

Bytes bcrypt(ByteView password, ByteView salt, unsigned cost) {
    STEP_CHECK(salt.size() == kBcryptSalt && cost >= kLeastLogRounds && cost <= kMostCost);
    Bytes ended;
    ended.reserve(password.size() + 1);
    ended.append(password).push_back('\0');
    const Secret key(std::move(ended));
    Blowfish cipher;
    cipher.expand(key.view(), salt);
    for (std::uint64_t round = std::uint64_t{1} << cost; round > 0; --round) {
        cipher.expand(key.view());
        cipher.expand(salt);
    }
    Bytes out;
    for (const std::uint32_t word : encrypt_text<6>(cipher, "OrpheanBeholderScryDoubt"sv)) {
        for (unsigned shift = 32; shift > 0; shift -= 8) {
            out.push_back(octet(word, shift - 8));
        }
    }
    out.resize(kBcryptHash);  // The last octet is dropped, as it always was.
    return out;
}

Result<Secret> bcrypt_pbkdf(ByteView password, ByteView salt, unsigned rounds, std::size_t length) {
    if (password.empty() || salt.empty() || rounds < 1 || rounds > kMostRounds || length < 1 ||
        length > kMostOctets) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "unsupported bcrypt parameters of a private key"};
    }
    const Secret hashed_password(digest(Hash::kSha512, password));
    const std::size_t blocks = (length + kBlock - 1) / kBlock;
    Bytes out(blocks * kBlock, '\0');
    for (std::size_t block = 0; block < blocks; ++block) {
        Bytes counted(salt);
        const auto number = static_cast<std::uint32_t>(block + 1);
        for (unsigned shift = 32; shift > 0; shift -= 8) {
            counted.push_back(octet(number, shift - 8));
        }
        Bytes last = pbkdf_block(hashed_password.view(), digest(Hash::kSha512, counted));
        Bytes sum = last;
        for (unsigned round = 1; round < rounds; ++round) {
            Bytes next = pbkdf_block(hashed_password.view(), digest(Hash::kSha512, last));
            wipe(last);
            last = std::move(next);
            for (std::size_t i = 0; i < kBlock; ++i) {
                sum[i] = static_cast<char>(sum[i] ^ last[i]);
            }
        }
        // The octets of all blocks are interleaved, so that each block matters to each part.
        for (std::size_t i = 0; i < kBlock; ++i) {
            out[i * blocks + block] = sum[i];
        }
        wipe(last);
        wipe(sum);
    }
    Secret key(out.substr(0, length));
    wipe(out);
    return key;
}

}  // namespace step::crypto
