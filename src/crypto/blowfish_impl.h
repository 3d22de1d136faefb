// Blowfish with the costly key schedule of bcrypt; for src/crypto only.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace step::crypto {

extern const std::array<std::uint32_t, 1042> kPiDigits;

/// Blowfish (Schneier 1993) as "eksblowfish" (Provos and Mazières, 1999): its state can be expanded
/// with a key again and again. Wiped when it goes.
class Blowfish {
public:
    Blowfish();
    Blowfish(const Blowfish&) = delete;
    Blowfish& operator=(const Blowfish&) = delete;
    ~Blowfish();

    /// Mixes `key`, of at least one octet, into the state; `salt`, which may be empty, is added to
    /// what is encrypted on the way. Both are used cyclically, the key up to 72 octets.
    void expand(ByteView key, ByteView salt = {});

    /// Encrypts one block in place.
    void encrypt(std::uint32_t& left, std::uint32_t& right) const;

private:
    static constexpr std::size_t kSubkeys = 18;
    /// 18 subkeys, then four tables of 256.
    std::array<std::uint32_t, 1042> state_;
};

/// The next four octets of `bytes`, which is walked cyclically.
std::uint32_t next_word(ByteView bytes, std::size_t& position);

}  // namespace step::crypto
