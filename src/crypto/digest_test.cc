#include "crypto/digest.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/random.h"

namespace step::crypto {
namespace {

TEST_CASE("digests of \"abc\" are those of RFC 1321 and FIPS 180") {
    CHECK(encode_hex(digest(Hash::kMd5, "abc")) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(encode_hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(encode_hex(sha256("abc")) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(encode_hex(digest(Hash::kSha384, "abc")) ==
          "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
          "8086072ba1e7cc2358baeca134c825a7");
    CHECK(encode_hex(digest(Hash::kSha512, "abc")) ==
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK(encode_hex(sha256("")) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("HMAC gives what RFC 4231 says, for short and for long keys") {
    const Bytes key1(20, '\x0b');
    CHECK(encode_hex(hmac(Hash::kSha256, key1, "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(encode_hex(hmac(Hash::kSha384, "Jefe", "what do ya want for nothing?")) ==
          "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
          "8e2240ca5e69e2c78b3239ecfab21649");
    CHECK(encode_hex(hmac(Hash::kSha512, "Jefe", "what do ya want for nothing?")) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
          "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
    CHECK(encode_hex(hmac(Hash::kSha256, Bytes(131, '\xaa'),
                          "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    // RFC 2202.
    CHECK(encode_hex(hmac(Hash::kSha1, key1, "Hi There")) ==
          "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK(encode_hex(hmac(Hash::kMd5, Bytes(16, '\x0b'), "Hi There")) ==
          "9294727a3638bb1c13f48ef8158bfc9d");
}

TEST_CASE("secrets are equal if every octet and the length are") {
    CHECK(equal_secrets("abc", "abc"));
    CHECK(equal_secrets("", ""));
    CHECK(!equal_secrets("abc", "abd"));
    CHECK(!equal_secrets("abc", "abcd"));
}

TEST_CASE("the generator fills all that it is given, and differently each time") {
    SystemRandom random;
    const Bytes first = random.bytes(64);
    CHECK(first.size() == 64);
    CHECK(first != random.bytes(64));
    CHECK(first != Bytes(64, '\0'));
    CHECK(random.bytes(0).empty());
}

}  // namespace
}  // namespace step::crypto
