#include "crypto/key.h"

#include <doctest/doctest.h>

#include "asn1/writer.h"
#include "base/base64.h"
#include "base/hex.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "tests/support/data.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;
using asn1::Tag;

/// One of tests/data/crypto.
Bytes key_file(const std::string& name) {
    return test::data("crypto/" + name);
}

Bytes rsa_spki(ByteView modulus, ByteView exponent) {
    asn1::Writer w;
    const auto spki = w.begin(Tag::kSequence);
    const auto algorithm = w.begin(Tag::kSequence);
    w.oid(*asn1::Oid::from_text("1.2.840.113549.1.1.1"));
    w.null();
    w.end(algorithm);
    asn1::Writer key;
    const auto sequence = key.begin(Tag::kSequence);
    key.unsigned_integer(modulus);
    key.unsigned_integer(exponent);
    key.end(sequence);
    w.bits(key.view());
    w.end(spki);
    return std::move(w).take();
}

TEST_CASE("a SubjectPublicKeyInfo that OpenSSL wrote is read and written back the same") {
    struct Row {
        const char* name;
        KeyKind kind;
        unsigned bits;
        const char *type, *label;
    };
    for (const Row& row : {Row{"ec256", KeyKind::kEcP256, 256, "EC", "ECDSA P-256"},
                           Row{"ec384", KeyKind::kEcP384, 384, "EC", "ECDSA P-384"},
                           Row{"ec521", KeyKind::kEcP521, 521, "EC", "ECDSA P-521"},
                           Row{"ed", KeyKind::kEd25519, 256, "OKP", "Ed25519"},
                           Row{"rsa", KeyKind::kRsa, 2048, "RSA", "RSA 2048"}}) {
        CAPTURE(row.name);
        const Bytes der = key_file(fmt::format("openssl-{}.spki.der", row.name));
        const auto key = PublicKey::from_spki(der);
        REQUIRE(key);
        CHECK(key->kind() == row.kind);
        CHECK(key->bits() == row.bits);
        CHECK(key->spki() == der);
        CHECK(der.ends_with(key->key_bits()));
        CHECK(key_type(*key) == row.type);
        CHECK(key_label(*key) == row.label);

        const PublicKey::Numbers n = key->numbers();
        const auto again = row.kind == KeyKind::kRsa ? PublicKey::from_rsa(n.modulus, n.exponent)
                           : row.kind == KeyKind::kEd25519 ? PublicKey::from_ed25519(n.x)
                                                           : PublicKey::from_ec(row.kind, n.x, n.y);
        REQUIRE(again);
        CHECK(*again == *key);
        const auto from_pem = parse_public_key(key_file(fmt::format("{}.pub", row.name)));
        REQUIRE(from_pem);
        CHECK(*from_pem == *key);
    }
}

TEST_CASE("coordinates may be shorter than the field") {
    // The JWK of RFC 7517 A.1, with a zero octet put before x: refused, for it is too long.
    const Bytes x = *parse_base64("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", Base64::kRawUrl);
    const Bytes y = *parse_base64("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", Base64::kRawUrl);
    const auto key = PublicKey::from_ec(KeyKind::kEcP256, x, y);
    REQUIRE(key);
    CHECK(key->numbers().x == x);
    CHECK(!PublicKey::from_ec(KeyKind::kEcP256, Bytes(1, '\0') + x, y));
    CHECK(!PublicKey::from_ec(KeyKind::kEcP256, x, x));
    CHECK(!PublicKey::from_ec(KeyKind::kEcP384, x, y));
    CHECK(!PublicKey::from_ec(KeyKind::kRsa, x, y));
}

TEST_CASE("a point that is not on the curve, or written otherwise, is no key") {
    Bytes der = key_file("openssl-ec256.spki.der");
    der.back() = static_cast<char>(der.back() ^ 1);
    const auto off_curve = PublicKey::from_spki(der);
    REQUIRE(!off_curve);
    CHECK(off_curve.error().code == Code::kInvalidArgument);
    CHECK(off_curve.error().detail == "x509: failed to unmarshal elliptic curve point");
    CHECK(!parse_public_key(key_file("openssl-ec256-compressed.pub")));
    CHECK(!PublicKey::from_ec(KeyKind::kEcP256, "", ""));
}

TEST_CASE("other algorithms and curves are not supported") {
    const auto curve = parse_public_key(key_file("openssl-secp256k1.pub"));
    REQUIRE(!curve);
    CHECK(curve.error().code == Code::kUnsupported);
    CHECK(curve.error().detail == "x509: unsupported elliptic curve");
    const auto x25519 = parse_public_key(key_file("openssl-x25519.pub"));
    REQUIRE(!x25519);
    CHECK(x25519.error().code == Code::kUnsupported);
    CHECK(x25519.error().detail == "x509: unknown public key algorithm");
}

TEST_CASE("RSA numbers outside the limits are refused") {
    const Bytes good = Bytes("\xc3") + Bytes(254, '\x5a') + "\x01";
    CHECK(PublicKey::from_spki(rsa_spki(good, "\x01\x00\x01"sv)));
    CHECK(PublicKey::from_spki(rsa_spki(good, "\x03"sv)));
    const auto detail = [](ByteView modulus, ByteView exponent) {
        const auto key = PublicKey::from_spki(rsa_spki(modulus, exponent));
        return key ? "" : key.error().detail;
    };
    CHECK(detail(Bytes("\xc3") + Bytes(255, '\x5a'), "\x03") == "x509: invalid RSA modulus");
    CHECK(detail(Bytes(63, '\x81'), "\x03") == "x509: invalid RSA modulus");
    CHECK(detail(Bytes(2049, '\x81'), "\x03") == "x509: invalid RSA modulus");
    CHECK(detail(Bytes(1'000'000, '\x81'), "\x03") == "x509: invalid RSA modulus");
    CHECK(detail(good, "\x01") == "x509: invalid RSA public exponent");
    CHECK(detail(good, "\x04") == "x509: invalid RSA public exponent");
    CHECK(detail(good, "\x80\x00\x00\x01"sv) == "x509: invalid RSA public exponent");
    CHECK(detail(good, good) == "x509: invalid RSA public exponent");
    CHECK(detail(good, "") == "x509: RSA public exponent is not a positive number");
    CHECK(detail("", "\x03") == "x509: RSA modulus is not a positive number");
    CHECK(PublicKey::from_rsa(Bytes(64, '\x81'), "\x03"));
    CHECK(PublicKey::from_rsa(Bytes(2048, '\x81'), "\x7f\xff\xff\xff"));
}

TEST_CASE("a SubjectPublicKeyInfo with anything after it is refused, and so is one cut off") {
    const Bytes der = key_file("openssl-ec256.spki.der");
    CHECK(!PublicKey::from_spki(der + "x"));
    for (std::size_t size = 0; size < der.size(); ++size) {
        CHECK(!PublicKey::from_spki(ByteView(der).substr(0, size)));
    }
    CHECK(!PublicKey::from_ed25519(Bytes(31, 'x')));
}

TEST_CASE("public keys are found in every PEM form") {
    const auto pkcs1 = parse_public_key(key_file("openssl-rsa-pkcs1.pub"));
    REQUIRE(pkcs1);
    CHECK(pkcs1->spki() == key_file("openssl-rsa.spki.der"));
    const auto certificate = parse_public_key(key_file("ca/intermediate_ca.crt"));
    REQUIRE(certificate);
    const auto key = parse_private_key(key_file("ca/intermediate_ca_key"),
                                       [] { return Result<Secret>(Secret("password")); });
    REQUIRE(key);
    CHECK(*certificate == key->public_key());
    CHECK(encode_public_key(*pkcs1) == key_file("rsa.pub"));
    CHECK(!parse_public_key("nothing"));
}

}  // namespace
}  // namespace step::crypto
