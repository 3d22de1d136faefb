#include <bit>
#include <cstddef>
#include <utility>

#include "crypto/inverse_impl.h"

namespace step::crypto {
namespace {

__extension__ using Wide = __int128;

constexpr unsigned kBits = 62;
constexpr std::uint64_t kMask = ~0ULL >> 2U;

std::int64_t low(std::uint64_t number) {
    return static_cast<std::int64_t>(number & kMask);
}

std::int64_t low(Wide number) {
    return low(static_cast<std::uint64_t>(number));
}

Wide product(std::int64_t a, std::int64_t b) {
    return static_cast<Wide>(a) * b;
}

}  // namespace

/// What 62 divsteps do to f and g: (f, g) becomes (u f + v g, q f + r g) / 2^62.
struct Inverter::Matrix {
    std::int64_t u = 0, v = 0, q = 0, r = 0;

    /// Of the f and g that end in these bits; `eta` counts as the paper's -delta.
    static Matrix of(std::int64_t& eta, std::uint64_t f, std::uint64_t g);
    void apply(Digits& f, Digits& g) const;
};

Inverter::Matrix Inverter::Matrix::of(std::int64_t& eta, std::uint64_t f, std::uint64_t g) {
    std::uint64_t u = 1;
    std::uint64_t v = 0;
    std::uint64_t q = 0;
    std::uint64_t r = 1;
    for (int left = kBits;;) {
        const int zeros = std::countr_zero(g | (~0ULL << static_cast<unsigned>(left)));
        g >>= static_cast<unsigned>(zeros);
        u <<= static_cast<unsigned>(zeros);
        v <<= static_cast<unsigned>(zeros);
        eta -= zeros;
        left -= zeros;
        if (left == 0) {
            break;
        }
        // Both are odd now. Adding a multiple of f to g clears several low bits of g at once: as
        // many as may be cleared before f and g trade places, and as the formula is good for.
        std::uint64_t wanted = 0;
        if (eta < 0) {
            eta = -eta;
            f = std::exchange(g, 0 - f);
            u = std::exchange(q, 0 - u);
            v = std::exchange(r, 0 - v);
            wanted = (f * g * (f * f - 2)) & 63U;  // -g / f modulo 64.
        } else {
            wanted = (0 - (f + (((f + 1) & 4U) << 1U)) * g) & 15U;  // Modulo 16.
        }
        const int limit = eta + 1 > left ? left : static_cast<int>(eta + 1);
        const std::uint64_t w = wanted & (~0ULL >> static_cast<unsigned>(64 - limit));
        g += f * w;
        q += u * w;
        r += v * w;
    }
    return {.u = static_cast<std::int64_t>(u),
            .v = static_cast<std::int64_t>(v),
            .q = static_cast<std::int64_t>(q),
            .r = static_cast<std::int64_t>(r)};
}

void Inverter::Matrix::apply(Digits& f, Digits& g) const {
    Wide next_f = product(u, f[0]) + product(v, g[0]);
    Wide next_g = product(q, f[0]) + product(r, g[0]);
    for (std::size_t i = 1; i < f.size(); ++i) {
        next_f = (next_f >> kBits) + product(u, f[i]) + product(v, g[i]);
        next_g = (next_g >> kBits) + product(q, f[i]) + product(r, g[i]);
        f[i - 1] = low(next_f);
        g[i - 1] = low(next_g);
    }
    f.back() = static_cast<std::int64_t>(next_f >> kBits);
    g.back() = static_cast<std::int64_t>(next_g >> kBits);
}

Inverter::Inverter(const Words256& modulus) : modulus_(digits_of(modulus)) {
    std::uint64_t inverse = 1;  // Newton's iteration doubles the good bits: 1, 2, 4, … 64.
    for (int i = 0; i < 6; ++i) {
        inverse *= 2 - modulus[0] * inverse;
    }
    modulus_inverse_ = inverse & kMask;
}

Inverter::Digits Inverter::digits_of(const Words256& words) {
    return {low(words[0]), low((words[0] >> 62U) | (words[1] << 2U)),
            low((words[1] >> 60U) | (words[2] << 4U)), low((words[2] >> 58U) | (words[3] << 6U)),
            static_cast<std::int64_t>(words[3] >> 56U)};
}

Words256 Inverter::words_of(const Digits& digits) {
    const auto digit = [&digits](std::size_t i) { return static_cast<std::uint64_t>(digits[i]); };
    return {digit(0) | (digit(1) << 62U), (digit(1) >> 2U) | (digit(2) << 60U),
            (digit(2) >> 4U) | (digit(3) << 58U), (digit(3) >> 6U) | (digit(4) << 56U)};
}

/// As Matrix::apply, modulo the modulus: multiples of it make the low 62 bits zero before they are
/// dropped. Both stay between minus twice the modulus and the modulus.
void Inverter::update_cofactors(Digits& d, Digits& e, const Matrix& matrix) const {
    const auto& [u, v, q, r] = matrix;
    const std::int64_t sign_d = d.back() >> 63U;
    const std::int64_t sign_e = e.back() >> 63U;
    std::int64_t more_d = (u & sign_d) + (v & sign_e);
    std::int64_t more_e = (q & sign_d) + (r & sign_e);
    Wide next_d = product(u, d[0]) + product(v, e[0]);
    Wide next_e = product(q, d[0]) + product(r, e[0]);
    const auto cancelling = [this](const Wide& next, std::int64_t more) {
        const std::uint64_t wanted =
            modulus_inverse_ * static_cast<std::uint64_t>(next) + static_cast<std::uint64_t>(more);
        return more - low(wanted);
    };
    more_d = cancelling(next_d, more_d);
    more_e = cancelling(next_e, more_e);
    next_d += product(modulus_[0], more_d);
    next_e += product(modulus_[0], more_e);
    for (std::size_t i = 1; i < d.size(); ++i) {
        next_d =
            (next_d >> kBits) + product(u, d[i]) + product(v, e[i]) + product(modulus_[i], more_d);
        next_e =
            (next_e >> kBits) + product(q, d[i]) + product(r, e[i]) + product(modulus_[i], more_e);
        d[i - 1] = low(next_d);
        e[i - 1] = low(next_e);
    }
    d.back() = static_cast<std::int64_t>(next_d >> kBits);
    e.back() = static_cast<std::int64_t>(next_e >> kBits);
}

/// A number between minus twice the modulus and the modulus, or minus it, as the remainder that
/// is not negative.
Inverter::Digits Inverter::normalized(Digits number, bool negative) const {
    const auto carry = [&number] {
        for (std::size_t i = 1; i < number.size(); ++i) {
            number[i] += number[i - 1] >> kBits;
            number[i - 1] = low(static_cast<std::uint64_t>(number[i - 1]));
        }
    };
    const auto add_if_negative = [&] {
        const std::int64_t mask = number.back() >> 63U;
        for (std::size_t i = 0; i < number.size(); ++i) {
            number[i] += modulus_[i] & mask;
        }
    };
    add_if_negative();
    if (negative) {
        for (std::int64_t& digit : number) {
            digit = -digit;
        }
    }
    carry();
    add_if_negative();
    carry();
    return number;
}

Words256 Inverter::invert(const Words256& value) const {
    Digits d{};
    Digits e{1};
    Digits f = modulus_;
    Digits g = digits_of(value);
    std::int64_t eta = -1;
    // 741 divsteps are enough for 256 bits; the bound also ends a value that has no inverse.
    for (int round = 0; round < 12 && g != Digits{}; ++round) {
        const Matrix matrix =
            Matrix::of(eta, static_cast<std::uint64_t>(f[0]), static_cast<std::uint64_t>(g[0]));
        update_cofactors(d, e, matrix);
        matrix.apply(f, g);
    }
    return words_of(normalized(d, f.back() < 0));
}

}  // namespace step::crypto
