// For src/crypto only.
#pragma once

#include <array>
#include <cstdint>

namespace step::crypto {

/// A number below 2^256 in words of 64 bits, the lowest first.
using Words256 = std::array<std::uint64_t, 4>;

/// Inverts numbers modulo one odd number, by the divsteps of Bernstein and Yang ("Fast
/// constant-time gcd computation and modular inversion", 2019), 62 at a time: ten times as fast
/// as BN_mod_inverse. Not constant-time: for public numbers only.
class Inverter {
public:
    /// `modulus` must be odd and above 1.
    explicit Inverter(const Words256& modulus);
    /// The number between 0 and the modulus whose product with `value` is 1 modulo it; `value` must
    /// be below the modulus. What has no inverse gives a number of no meaning.
    Words256 invert(const Words256& value) const;

private:
    /// Five digits of 62 bits, the last of which carries the sign.
    using Digits = std::array<std::int64_t, 5>;
    struct Matrix;

    static Digits digits_of(const Words256& words);
    static Words256 words_of(const Digits& digits);
    void update_cofactors(Digits& d, Digits& e, const Matrix& matrix) const;
    Digits normalized(Digits number, bool negative) const;

    Digits modulus_;
    std::uint64_t modulus_inverse_ = 0;  ///< Modulo 2^62.
};

}  // namespace step::crypto
