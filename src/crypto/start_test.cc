#include "crypto/start.h"

#include <set>

#include <doctest/doctest.h>
#include <openssl/rand.h>

#include "crypto/keygen.h"
#include "crypto/random.h"

namespace step::crypto {
namespace {

TEST_CASE("random octets differ, in number and from time to time") {
    SystemRandom random;
    const Bytes one = random.bytes(1 << 20), other = random.bytes(1 << 20);
    CHECK(one != other);
    CHECK(std::set<char>(one.begin(), one.end()).size() == 256);
}

TEST_CASE("after start_for_one_command OpenSSL's random numbers come from the kernel") {
    start_for_one_command();
    unsigned char one[32] = {}, other[32] = {}, secret[32] = {};
    REQUIRE(RAND_bytes(one, sizeof(one)) == 1);
    REQUIRE(RAND_bytes(other, sizeof(other)) == 1);
    REQUIRE(RAND_priv_bytes(secret, sizeof(secret)) == 1);
    CHECK(!std::equal(one, one + sizeof(one), other));
    CHECK(!std::equal(one, one + sizeof(one), secret));
    CHECK(RAND_status() == 1);
    for (const KeyKind kind : {KeyKind::kEcP256, KeyKind::kEd25519, KeyKind::kRsa}) {
        const auto key = generate_key(kind);
        const auto again = generate_key(kind);
        REQUIRE(key);
        REQUIRE(again);
        CHECK(!(key->public_key() == again->public_key()));
    }
}

}  // namespace
}  // namespace step::crypto
