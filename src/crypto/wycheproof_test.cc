// Wycheproof's verdicts (tests/data/wycheproof, made by tools/gen/wycheproof.py) against ours.
// Where it says "acceptable", either answer will do: these are forms that old implementations
// wrote.
#include "tests/support/wycheproof.h"

#include <array>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/cipher.h"
#include "crypto/exchange.h"
#include "crypto/key.h"

namespace step::crypto {
namespace {

using test::wycheproof_cases;
using Case = test::WycheproofCase;

SignatureScheme scheme_of(const std::string& name) {
    using S = SignatureScheme;
    constexpr std::array<std::pair<std::string_view, S>, 10> kNames{{
        {"ecdsa-sha256", S::kEcdsaSha256},
        {"ecdsa-sha384", S::kEcdsaSha384},
        {"ecdsa-sha512", S::kEcdsaSha512},
        {"rsa-sha256", S::kRsaSha256},
        {"rsa-sha384", S::kRsaSha384},
        {"rsa-sha512", S::kRsaSha512},
        {"pss-sha256", S::kRsaPssSha256},
        {"pss-sha384", S::kRsaPssSha384},
        {"pss-sha512", S::kRsaPssSha512},
        {"ed25519", S::kEd25519},
    }};
    const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                           [&](const auto& entry) { return entry.first == name; });
    REQUIRE(found != kNames.end());
    return found->second;
}

/// As jose does it: r || s of exactly twice the field's length, turned into DER.
bool verifies(const PublicKey& key, const Case& one) {
    const SignatureScheme scheme = scheme_of(one.group[0]);
    const Bytes& signature = one.fields[1];
    if (one.group[2] != "p1363") {
        return bool(key.verify(scheme, one.fields[0], signature));
    }
    if (signature.size() != 2 * ((key.bits() + 7) / 8)) {
        return false;
    }
    const auto der = ecdsa_from_raw(signature);
    return der && key.verify(scheme, one.fields[0], *der);
}

/// More than P256Verifier takes before it makes a table for a key.
constexpr int kUses = 900;

std::size_t check_signatures(const std::string& name) {
    std::string spki;
    std::optional<PublicKey> key;
    const auto all = wycheproof_cases(name);
    for (const Case& one : all) {
        CAPTURE(one.group[0]);
        CAPTURE(one.group[2]);
        CAPTURE(one.number);
        if (one.group[3] != spki) {
            spki = one.group[3];
            auto parsed = PublicKey::from_spki(*parse_hex(spki));
            REQUIRE(parsed);
            key = *parsed;
            // A key with many cases is judged the way of a key that is used often.
            const auto of_key = std::count_if(all.begin(), all.end(),
                                              [&](const Case& c) { return c.group[3] == spki; });
            const bool often = of_key > 100 && key->kind() == KeyKind::kEcP256;
            for (int i = 0; often && i < kUses; ++i) {
                (void)verifies(*key, one);
            }
        }
        const bool good = verifies(*key, one);
        CHECK_FALSE((good && one.must_fail()));
        CHECK_FALSE((!good && one.must_pass()));
    }
    return all.size();
}

TEST_CASE("ECDSA signatures are judged as Wycheproof says, as DER and as r || s") {
    CHECK(check_signatures("ecdsa.vec") > 4000);
}

TEST_CASE("Ed25519 signatures are judged as Wycheproof says") {
    CHECK(check_signatures("ed25519.vec") > 140);
}

TEST_CASE("RSA signatures are judged as Wycheproof says; a salt of another length is refused") {
    CHECK(check_signatures("rsa.vec") > 1500);
}

TEST_CASE("AES-GCM opens and seals as Wycheproof says; nonces not of 12 octets are refused") {
    const auto all = wycheproof_cases("aes_gcm.vec");
    CHECK(all.size() > 300);
    for (const Case& one : all) {
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 6);
        const Bytes &key = one.fields[0], &nonce = one.fields[1], &additional = one.fields[2],
                    &message = one.fields[3];
        const Sealed sealed{.ciphertext = one.fields[4], .tag = one.fields[5]};
        const auto opened = open_gcm(key, nonce, sealed, additional);
        CHECK_FALSE((opened && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(opened);
            CHECK(opened->view() == message);
            const auto again = seal_gcm(key, nonce, message, additional);
            REQUIRE(again);
            CHECK(again->ciphertext == sealed.ciphertext);
            CHECK(again->tag == sealed.tag);
        }
    }
}

TEST_CASE("AES key wrap unwraps and wraps as Wycheproof says") {
    const auto all = wycheproof_cases("aes_wrap.vec");
    CHECK(all.size() > 150);
    for (const Case& one : all) {
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 3);
        const auto opened = unwrap_key(one.fields[0], one.fields[2]);
        CHECK_FALSE((opened && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(opened);
            CHECK(opened->view() == one.fields[1]);
            const auto again = wrap_key(one.fields[0], one.fields[1]);
            REQUIRE(again);
            CHECK(*again == one.fields[2]);
        }
    }
}

TEST_CASE("AES-CBC with padding opens and seals as Wycheproof says") {
    const auto all = wycheproof_cases("aes_cbc.vec");
    CHECK(all.size() > 200);
    for (const Case& one : all) {
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 4);
        const CbcCipher cipher = one.group[0] == "cbc-128"   ? CbcCipher::kAes128
                                 : one.group[0] == "cbc-192" ? CbcCipher::kAes192
                                                             : CbcCipher::kAes256;
        const auto opened = decrypt_cbc(cipher, one.fields[0], one.fields[1], one.fields[3]);
        CHECK_FALSE((opened && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(opened);
            CHECK(opened->view() == one.fields[2]);
            CHECK(*encrypt_cbc(cipher, one.fields[0], one.fields[1], one.fields[2]) ==
                  one.fields[3]);
        }
    }
}

TEST_CASE("PBKDF2 derives what Wycheproof says") {
    const auto all = wycheproof_cases("pbkdf2.vec");
    CHECK(all.size() > 200);
    for (const Case& one : all) {
        CAPTURE(one.group[0]);
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 4);
        const Hash hash = one.group[0] == "hmacsha1"     ? Hash::kSha1
                          : one.group[0] == "hmacsha256" ? Hash::kSha256
                          : one.group[0] == "hmacsha384" ? Hash::kSha384
                                                         : Hash::kSha512;
        unsigned rounds = 0;
        for (const char octet : one.fields[3]) {
            rounds = rounds << 8U | static_cast<unsigned char>(octet);
        }
        CHECK(pbkdf2(hash, one.fields[0], one.fields[1], rounds, one.fields[2].size()).view() ==
              one.fields[2]);
    }
}

TEST_CASE("an elliptic curve secret is agreed on as Wycheproof says") {
    const auto all = wycheproof_cases("ecdh.vec");
    CHECK(all.size() > 2000);
    for (const Case& one : all) {
        CAPTURE(one.group[0]);
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 3);
        const KeyKind kind = one.group[0] == "secp256r1"   ? KeyKind::kEcP256
                             : one.group[0] == "secp384r1" ? KeyKind::kEcP384
                                                           : KeyKind::kEcP521;
        const auto own = PrivateKey::from_ec(kind, one.fields[1]);
        const auto other = PublicKey::from_spki(one.fields[0]);
        const auto shared = own && other ? agree(*own, *other) : Result<Secret>(Error{});
        CHECK_FALSE((shared && one.must_fail()));
        CHECK_FALSE((!shared && one.must_pass()));
        if (shared) {
            CHECK(shared->view() == one.fields[2]);
        }
    }
}

TEST_CASE("RSA decrypts as Wycheproof says: PKCS#1 v1.5, OAEP with one hash and no label") {
    const auto all = wycheproof_cases("rsa_encryption.vec");
    CHECK(all.size() > 130);
    std::string der;
    std::optional<PrivateKey> key;
    for (const Case& one : all) {
        CAPTURE(one.group[0]);
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 2);
        if (one.group[3] != der) {
            der = one.group[3];
            auto parsed = PrivateKey::from_pkcs8(*parse_hex(der));
            REQUIRE(parsed);
            key = *std::move(parsed);
        }
        const RsaPadding padding = one.group[0] == "pkcs1"       ? RsaPadding::kPkcs1
                                   : one.group[0] == "oaep-sha1" ? RsaPadding::kOaepSha1
                                                                 : RsaPadding::kOaepSha256;
        const auto message = decrypt_rsa(*key, padding, one.fields[1]);
        CHECK_FALSE((message && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(message);
            CHECK(message->view() == one.fields[0]);
        }
    }
}

}  // namespace
}  // namespace step::crypto
