#include "crypto/nacl.h"

#include "base/hex.h"
#include "crypto/random.h"
#include "tests/support/data.h"

namespace step::crypto::nacl {
namespace {

// The expectations are those of golden/crypto/nacl.json, made by the original with Go's x/crypto.
Bytes input(const char* name) {
    return test::data(std::string("toolbox/inputs/") + name);
}
constexpr ByteView kNonce = "nonce-24-bytes-long-abcd";

}  // namespace

TEST_CASE("boxes are those of Go, and open for the other side only") {
    const auto sealed = seal_box("hello nacl", kNonce, input("bob.pub"), input("alice.key"));
    REQUIRE(sealed);
    CHECK(encode_hex(*sealed) == "081c75ca68c1cdee06f0b2613350770c8282fd0d1f6035d38193");
    CHECK(open_box(*sealed, kNonce, input("alice.pub"), input("bob.key"))->view() == "hello nacl");
    CHECK(open_box(*sealed, kNonce, input("bob.pub"), input("alice.key"))->view() == "hello nacl");
    CHECK_FALSE(open_box(*sealed, kNonce, input("bob.pub"), input("bob.key")));
    CHECK_FALSE(open_box(sealed->substr(0, 15), kNonce, input("alice.pub"), input("bob.key")));
}

TEST_CASE("a public key of low order makes no box") {
    CHECK_FALSE(seal_box("x", kNonce, Bytes(kKeyBytes, '\0'), input("alice.key")));
}

TEST_CASE("a changed octet anywhere keeps a box shut") {
    const Bytes key = input("secret32.key");
    const Bytes sealed = seal_secretbox("hello", kNonce, key);
    CHECK(open_secretbox(sealed, kNonce, key)->view() == "hello");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(open_secretbox(changed, kNonce, key));
    }
}

TEST_CASE("authenticators are those of Go") {
    CHECK(encode_hex(auth("hello", input("secret32.key"))) ==
          "1119cda219b4627affec99ade627df56247a9cc2f64a83ec76778b21d9398245");
}

TEST_CASE("signatures are those of Go, and changed ones are refused") {
    const Bytes message = sign("hello", input("sig.key"));
    CHECK(encode_hex(message.substr(0, 8)) == "eb6d9c056e0cdd54");
    CHECK(*open_signed(message, input("sig.pub")) == "hello");
    CHECK_FALSE(open_signed(message + "x", input("sig.pub")));
    CHECK_FALSE(open_signed("short", input("sig.pub")));
}

TEST_CASE("fresh keys fit together and come from the generator that is passed in") {
    SystemRandom random;
    const KeyPair alice = make_box_keys(random), bob = make_box_keys(random);
    const auto sealed = seal_box("x", kNonce, bob.public_key, alice.private_key.view());
    CHECK(open_box(*sealed, kNonce, alice.public_key, bob.private_key.view())->view() == "x");
    const KeyPair pair = make_sign_keys(random);
    CHECK(*open_signed(sign("x", pair.private_key.view()), pair.public_key) == "x");
    CHECK(pair.private_key.view().substr(kKeyBytes) == pair.public_key);
}

}  // namespace step::crypto::nacl
