#pragma once

#include "base/bytes.h"
#include "crypto/digest.h"

namespace step::x509 {

/// The storage key of a certificate by its serial number (INTEGER contents: two's complement,
/// big-endian). Ours, and every positive number of at most 16 octets, is its magnitude padded
/// to 16 octets, so that keys in order are serials in order. Anything else, which only others
/// make, is sign, length and magnitude, the magnitude being its SHA-256 above 64 octets; such
/// keys are never 16 octets long. Equal numbers have equal keys, however they were written.
inline Bytes serial_key(ByteView integer) {
    constexpr std::size_t kOwn = 16, kLongest = 64;
    const bool negative = !integer.empty() && (static_cast<unsigned char>(integer[0]) & 0x80U) != 0;
    const char filler = negative ? '\xff' : '\0';
    while (!integer.empty() && integer[0] == filler) {
        integer.remove_prefix(1);
    }
    if (!negative && integer.size() <= kOwn) {
        return Bytes(kOwn - integer.size(), '\0').append(integer);
    }
    Bytes key(1, negative ? '-' : '+');
    key.push_back(static_cast<char>((integer.size() >> 8U) & 0xffU));
    key.push_back(static_cast<char>(integer.size() & 0xffU));
    if (integer.size() > kLongest) {
        return key + crypto::sha256(integer);
    }
    if (integer.size() < kOwn) {
        key.append(kOwn - integer.size(), filler);
    }
    return key.append(integer);
}

}  // namespace step::x509
