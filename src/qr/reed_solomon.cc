#include "qr/reed_solomon.h"

#include <cstdint>

namespace step::qr {
namespace {

std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
    constexpr unsigned kField = 0x11d, kBits = 8;
    unsigned product = 0;
    for (unsigned bit = kBits; bit-- > 0;) {
        product = product << 1U ^ (product >> (kBits - 1)) * kField;
        product ^= (b >> bit & 1U) * a;
    }
    return static_cast<std::uint8_t>(product);
}

/// The product of (x - 2^i) for i below `degree`, without its leading 1.
Bytes generator(std::size_t degree) {
    Bytes coefficients(degree, '\0');
    coefficients.back() = '\x01';
    std::uint8_t root = 1;
    for (std::size_t i = 0; i < degree; ++i) {
        for (std::size_t j = 0; j < degree; ++j) {
            const auto next =
                static_cast<unsigned char>(j + 1 < degree ? coefficients[j + 1] : '\0');
            coefficients[j] = static_cast<char>(
                multiply(static_cast<std::uint8_t>(coefficients[j]), root) ^ next);
        }
        root = multiply(root, 2);
    }
    return coefficients;
}

}  // namespace

Bytes error_correction(ByteView data, std::size_t count) {
    const Bytes divisor = generator(count);
    Bytes remainder(count, '\0');
    for (const char octet : data) {
        const auto factor = static_cast<std::uint8_t>(octet ^ remainder.front());
        remainder.erase(remainder.begin());
        remainder.push_back('\0');
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint8_t term = multiply(static_cast<std::uint8_t>(divisor[i]), factor);
            remainder[i] = static_cast<char>(static_cast<std::uint8_t>(remainder[i]) ^ term);
        }
    }
    return remainder;
}

}  // namespace step::qr
