#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/key.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "tests/support/data.h"

namespace step::crypto {
namespace {

Bytes private_key_file(const std::string& name) {
    return test::data("crypto/" + name);
}
Result<PrivateKey> parse(std::string_view pem) {
    return parse_private_key(pem, [] { return Result<Secret>(Secret("password")); });
}

TEST_CASE("a PKCS#8 key that OpenSSL wrote is read and written back the same") {
    for (const char* name : {"ec256", "ec384", "ec521", "ed", "rsa"}) {
        CAPTURE(name);
        const Bytes der = private_key_file(fmt::format("openssl-{}.p8.der", name));
        const auto key = PrivateKey::from_pkcs8(der);
        REQUIRE(key);
        CHECK(key->pkcs8().view() == der);
        CHECK(key->public_key().spki() ==
              private_key_file(fmt::format("openssl-{}.spki.der", name)));
        CHECK(!PrivateKey::from_pkcs8(der + "x"));
        for (std::size_t size = 0; size < der.size(); size += 7) {
            CHECK(!PrivateKey::from_pkcs8(ByteView(der).substr(0, size)));
        }
    }
}

TEST_CASE("a fresh key comes back from its encodings and from its numbers") {
    for (const KeyKind kind :
         {KeyKind::kEcP256, KeyKind::kEcP384, KeyKind::kEcP521, KeyKind::kEd25519, KeyKind::kRsa}) {
        const auto key = generate_key(kind, 1024);
        REQUIRE(key);
        CHECK(key->kind() == kind);
        const auto pkcs8 = PrivateKey::from_pkcs8(key->pkcs8().view());
        REQUIRE(pkcs8);
        CHECK(pkcs8->pkcs8().view() == key->pkcs8().view());

        const PrivateKey::Numbers n = key->numbers();
        const PublicKey::Numbers shown = key->public_key().numbers();
        if (kind == KeyKind::kRsa) {
            CHECK(PrivateKey::from_pkcs1(key->pkcs1().view())->pkcs1().view() ==
                  key->pkcs1().view());
            const auto again = PrivateKey::from_rsa(shown.modulus, shown.exponent, n);
            REQUIRE(again);
            CHECK(again->pkcs1().view() == key->pkcs1().view());
        } else if (kind == KeyKind::kEd25519) {
            CHECK(PrivateKey::from_ed25519(n.d.view())->public_key() == key->public_key());
        } else {
            CHECK(PrivateKey::from_sec1(key->sec1().view())->public_key() == key->public_key());
            CHECK(PrivateKey::from_ec(kind, n.d.view())->public_key() == key->public_key());
        }
    }
}

TEST_CASE("keys come in the sizes that are allowed") {
    CHECK(generate_key(KeyKind::kRsa, 1024)->public_key().bits() == 1024);
    CHECK(generate_key(KeyKind::kRsa, 1023).error().code == Code::kInvalidArgument);
    CHECK(generate_key(KeyKind::kRsa, 16'385).error().code == Code::kInvalidArgument);
    CHECK(generate_key(KeyKind::kEcP256)->public_key() !=
          generate_key(KeyKind::kEcP256)->public_key());
}

TEST_CASE("an EC number outside the order of its curve is no key") {
    // The order of P-256 (SEC 2, 2.4.2).
    const Bytes order =
        *parse_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    Bytes below = order;
    below.back() = static_cast<char>(below.back() - 1);
    CHECK(PrivateKey::from_ec(KeyKind::kEcP256, below));
    CHECK(PrivateKey::from_ec(KeyKind::kEcP256, Bytes(8, '\0') + below));
    CHECK(PrivateKey::from_ec(KeyKind::kEcP256, "\x01"));
    for (const Bytes& bad : {order, Bytes(32, '\xff'), Bytes(33, '\x01'), Bytes(32, '\0'), Bytes(),
                             Bytes(1'000'000, '\x01')}) {
        const auto key = PrivateKey::from_ec(KeyKind::kEcP256, bad);
        REQUIRE(!key);
        CHECK(key.error().code == Code::kInvalidArgument);
    }
}

TEST_CASE("RSA numbers that do not belong together are no key") {
    const auto key = parse(private_key_file("rsa.key"));
    REQUIRE(key);
    const PublicKey::Numbers shown = key->public_key().numbers();
    const auto with = [&](auto change) {
        PrivateKey::Numbers numbers = key->numbers();
        change(numbers);
        return PrivateKey::from_rsa(shown.modulus, shown.exponent, numbers);
    };
    CHECK(with([](auto&) {}));
    CHECK(with([](auto& n) { std::swap(n.p, n.q); }));
    CHECK(!with([](auto& n) { n.d = Secret("\x03"); }));
    CHECK(!with([](auto& n) { n.p = n.q.clone(); }));
    CHECK(!with([](auto& n) { n.p = Secret("\x01"); }));
    CHECK(!with([](auto& n) { n.q = Secret(); }));
    CHECK(!with([](auto& n) { n.d = Secret(Bytes(1'000'000, 'x')); }));
    // One prime and the whole modulus: p * q fits, yet p - 1 = 0.
    CHECK(!with([&](auto& n) {
        n.p = Secret("\x01");
        n.q = Secret(shown.modulus);
    }));
    CHECK(!PrivateKey::from_rsa(shown.modulus, "\x03", key->numbers()));
}

TEST_CASE("the numbers of the Chinese remainder theorem are not believed") {
    const auto key = parse(private_key_file("rsa.key"));
    REQUIRE(key);
    PrivateKey::Numbers numbers = key->numbers();
    numbers.dp = Secret("wrong");
    numbers.qi = Secret();
    const PublicKey::Numbers shown = key->public_key().numbers();
    const auto again = PrivateKey::from_rsa(shown.modulus, shown.exponent, numbers);
    REQUIRE(again);
    CHECK(again->pkcs1().view() == key->pkcs1().view());
}

TEST_CASE("kinds that we do not issue for are named and refused") {
    for (const char* name : {"openssl-secp256k1.key", "openssl-secp256k1.p8.key",
                             "openssl-x25519.key", "openssl-rsa-3primes.key"}) {
        CAPTURE(name);
        const auto key = parse(private_key_file(name));
        REQUIRE(!key);
        CHECK(key.error().code == Code::kUnsupported);
    }
    CHECK(parse(private_key_file("openssl-x25519.key")).error().detail ==
          "x509: PKCS#8 wrapping contained private key with unknown algorithm: 1.3.101.110");
}

TEST_CASE("a moved key keeps signing under its new name, and a shared one is the same key") {
    auto key = generate_key(KeyKind::kEcP256);
    REQUIRE(key);
    const PrivateKey second = key->share();
    const PrivateKey moved = std::move(*key);
    const auto signature = moved.sign(SignatureScheme::kEcdsaSha256, "x");
    REQUIRE(signature);
    CHECK(second.public_key().verify(SignatureScheme::kEcdsaSha256, "x", *signature));
}

}  // namespace
}  // namespace step::crypto
