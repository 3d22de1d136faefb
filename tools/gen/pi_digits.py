#!/usr/bin/env python3
"""Print src/crypto/pi_digits.cc: the first 1042 words of 32 bits of pi after the point, by Machin's formula."""
WORDS = 1042
BITS = WORDS * 32 + 128


def arctan_of_inverse(x, one):
    term = total = one // x
    divisor, sign = 3, -1
    while term:
        term //= x * x
        total += sign * (term // divisor)
        divisor, sign = divisor + 2, -sign
    return total


one = 1 << BITS
rest = 4 * (4 * arctan_of_inverse(5, one) - arctan_of_inverse(239, one)) - 3 * one
words = []
for _ in range(WORDS):
    rest <<= 32
    words.append(f"0x{rest >> BITS:08x},")
    rest &= one - 1

print("""\
// The first 33,344 binary digits of pi after the point, with which Blowfish begins (18 words of the
// key array, then four tables of 256). Made by tools/gen/pi_digits.py.
#include "crypto/blowfish_impl.h"

namespace step::crypto {

// clang-format off
const std::array<std::uint32_t, 1042> kPiDigits{""")
for row in range(0, WORDS, 8):
    print("    " + " ".join(words[row:row + 8]))
print("""};
// clang-format on

}  // namespace step::crypto""")
