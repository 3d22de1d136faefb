#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/bn.h>

#include "crypto/inverse_impl.h"
#include "tests/support/fake_random.h"

namespace step::crypto {
namespace {

using Number = std::unique_ptr<BIGNUM, void (*)(BIGNUM*)>;

constexpr Words256 kP256Order = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                 0xffffffff00000000};
constexpr Words256 kP256Field = {0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001};
constexpr Words256 k25519 = {0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff,
                             0x7fffffffffffffff};

Number number_of(const Words256& words) {
    return {BN_lebin2bn(reinterpret_cast<const unsigned char*>(words.data()), 32, nullptr),
            BN_free};
}

/// BN_mod_inverse's answer.
Words256 expected(const Words256& value, const Words256& modulus) {
    const std::unique_ptr<BN_CTX, void (*)(BN_CTX*)> scratch(BN_CTX_new(), BN_CTX_free);
    const Number inverse(
        BN_mod_inverse(nullptr, number_of(value).get(), number_of(modulus).get(), scratch.get()),
        BN_free);
    REQUIRE(inverse);
    Words256 words{};
    REQUIRE(BN_bn2lebinpad(inverse.get(), reinterpret_cast<unsigned char*>(words.data()), 32) ==
            32);
    return words;
}

bool below(const Words256& a, const Words256& b) {
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

TEST_CASE("inverses modulo primes are those of OpenSSL, at the edges and anywhere") {
    test::FakeRandom random;
    for (const Words256& modulus :
         {kP256Order, kP256Field, k25519, Words256{0xfffffffb, 0, 0, 0}, Words256{3, 0, 0, 0}}) {
        const Inverter inverter(modulus);
        std::vector<Words256> values = {{1, 0, 0, 0},
                                        {2, 0, 0, 0},
                                        {modulus[0] - 1, modulus[1], modulus[2], modulus[3]},
                                        {modulus[0] - 2, modulus[1], modulus[2], modulus[3]}};
        for (unsigned bit = 0; bit < 256; ++bit) {
            Words256 power{};
            power[bit / 64] = 1ULL << (bit % 64);
            values.push_back(power);
            Words256 ones{};
            for (unsigned i = 0; i <= bit; ++i) {
                ones[i / 64] |= 1ULL << (i % 64);
            }
            values.push_back(ones);
        }
        for (int i = 0; i < 3000; ++i) {
            Bytes octets(32, '\0');
            random.fill(std::as_writable_bytes(std::span(octets)));
            Words256 value{};
            std::memcpy(value.data(), octets.data(), octets.size());
            values.push_back(value);
        }
        std::size_t checked = 0;
        for (const Words256& value : values) {
            if (value == Words256{} || !below(value, modulus)) {
                continue;
            }
            ++checked;
            REQUIRE(inverter.invert(value) == expected(value, modulus));
        }
        CHECK(checked >= 3);
    }
}

TEST_CASE("what has no inverse ends all the same") {
    const Inverter inverter({15, 0, 0, 0});
    CHECK(inverter.invert({7, 0, 0, 0}) == Words256{13, 0, 0, 0});
    for (const std::uint64_t value : {0U, 3U, 5U, 6U}) {
        CHECK(inverter.invert({value, 0, 0, 0})[1] == 0);
    }
}

}  // namespace
}  // namespace step::crypto
