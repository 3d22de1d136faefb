#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/key.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "tests/support/data.h"

namespace step::crypto {
namespace {

Bytes signature_file(const std::string& name) {
    return test::data("crypto/" + name);
}
PrivateKey private_key(const std::string& name) {
    auto key =
        parse_private_key(signature_file(name + ".key"), [] { return Result<Secret>(Secret()); });
    REQUIRE(key);
    return std::move(*key);
}
using S = SignatureScheme;
constexpr std::array kAll{S::kEcdsaSha1,    S::kEcdsaSha256,  S::kEcdsaSha384,  S::kEcdsaSha512,
                          S::kRsaSha1,      S::kRsaSha256,    S::kRsaSha384,    S::kRsaSha512,
                          S::kRsaPssSha256, S::kRsaPssSha384, S::kRsaPssSha512, S::kEd25519};

TEST_CASE("a P-256 key that verifies a thousand times, by then from a table, judges as before") {
    const PrivateKey pair = *generate_key(KeyKind::kEcP256);
    const PublicKey& key = pair.public_key();
    for (int i = 0; i < 1000; ++i) {
        const Bytes message = "message " + std::to_string(i);
        Bytes signature = *pair.sign(S::kEcdsaSha256, message);
        REQUIRE(key.verify(S::kEcdsaSha256, message, signature));
        REQUIRE(!key.verify(S::kEcdsaSha256, message + "!", signature));
        REQUIRE(!key.verify(S::kEcdsaSha384, message, signature));
        signature.back() = static_cast<char>(signature.back() ^ 1);
        REQUIRE(!key.verify(S::kEcdsaSha256, message, signature));
    }
}

TEST_CASE("signatures that OpenSSL made are good, for this message and this scheme only") {
    struct Row {
        const char *key, *signature;
        SignatureScheme scheme;
    };
    const Bytes message = signature_file("message.txt");
    for (const Row& row :
         {Row{"ec256", "ec256-sha1", S::kEcdsaSha1}, Row{"ec256", "ec256-sha256", S::kEcdsaSha256},
          Row{"ec384", "ec384-sha384", S::kEcdsaSha384},
          Row{"ec384", "ec384-sha256", S::kEcdsaSha256},
          Row{"ec521", "ec521-sha512", S::kEcdsaSha512}, Row{"rsa", "rsa-sha1", S::kRsaSha1},
          Row{"rsa", "rsa-sha256", S::kRsaSha256}, Row{"rsa", "rsa-sha384", S::kRsaSha384},
          Row{"rsa", "rsa-sha512", S::kRsaSha512}, Row{"rsa", "rsapss-sha256", S::kRsaPssSha256},
          Row{"rsa", "rsapss-sha384", S::kRsaPssSha384},
          Row{"rsa", "rsapss-sha512", S::kRsaPssSha512}, Row{"ed", "ed", S::kEd25519}}) {
        CAPTURE(row.signature);
        const PrivateKey pair = private_key(row.key);
        const PublicKey& key = pair.public_key();
        Bytes signature = signature_file(std::string(row.signature) + ".sig");
        CHECK(key.verify(row.scheme, message, signature));
        CHECK(key.verify(row.scheme, message, signature));
        CHECK(key.verify(row.scheme, message + "!", signature).error().code ==
              Code::kUnauthenticated);
        for (const S other : kAll) {
            if (other != row.scheme) {
                CHECK(key.verify(other, message, signature).error().code == Code::kUnauthenticated);
            }
        }
        CHECK(!key.verify(row.scheme, message, ""));
        CHECK(!key.verify(row.scheme, message, signature + "x"));
        signature.back() = static_cast<char>(signature.back() ^ 1);
        CHECK(!key.verify(row.scheme, message, signature));
    }
}

TEST_CASE("what a key signs, its public half accepts, in every scheme that fits") {
    for (const char* name : {"ec256", "ec384", "ec521", "rsa", "ed"}) {
        CAPTURE(name);
        const PrivateKey key = private_key(name);
        std::size_t fitting = 0;
        for (const S scheme : kAll) {
            const auto signature = key.sign(scheme, "message");
            if (!signature) {
                CHECK(signature.error().code == Code::kInvalidArgument);
                continue;
            }
            ++fitting;
            CHECK(key.public_key().verify(scheme, "message", *signature));
        }
        const std::size_t expected = key.kind() == KeyKind::kEd25519 ? 1
                                     : key.kind() == KeyKind::kRsa   ? 7
                                                                     : 4;
        CHECK(fitting == expected);
        CHECK(key.sign(default_scheme(key.public_key()), ""));
    }
}

TEST_CASE("Ed25519 gives what RFC 8032 section 7.1 says") {
    const auto key = PrivateKey::from_ed25519(
        *parse_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    REQUIRE(key);
    CHECK(encode_hex(key->public_key().key_bits()) ==
          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    CHECK(encode_hex(*key->sign(S::kEd25519, "\x72")) ==
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_CASE("one key signs and verifies in several threads at once") {
    for (const KeyKind kind : {KeyKind::kEcP256, KeyKind::kEd25519, KeyKind::kRsa}) {
        const auto key = generate_key(kind, 1024);
        REQUIRE(key);
        const SignatureScheme scheme = default_scheme(key->public_key());
        std::atomic<int> good = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&, own = key->share()] {
                for (int round = 0; round < 25; ++round) {
                    const std::string message = std::to_string(round);
                    const auto signature = own.sign(scheme, message);
                    good += signature && key->public_key().verify(scheme, message, *signature);
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK(good == 200);
    }
}

TEST_CASE("ECDSA signatures change between the forms of X.509 and JOSE without loss") {
    const Bytes der = signature_file("ec256-sha256.sig");
    const auto raw = ecdsa_to_raw(der, 32);
    REQUIRE(raw);
    CHECK(raw->size() == 64);
    CHECK(*ecdsa_from_raw(*raw) == der);
    const auto padded = ecdsa_to_raw(*parse_hex("300702010102020080"), 32);
    REQUIRE(padded);
    CHECK(*padded == Bytes(31, '\0') + "\x01" + Bytes(31, '\0') + "\x80");
    CHECK(!ecdsa_to_raw(*parse_hex("3006020101020180"), 32));
    CHECK(!ecdsa_to_raw(der, 16));
    CHECK(!ecdsa_to_raw(der + "x", 32));
    CHECK(!ecdsa_to_raw("", 32));
    CHECK(!ecdsa_from_raw(""));
    CHECK(!ecdsa_from_raw(Bytes(63, 'x')));
    CHECK(!ecdsa_from_raw(Bytes(134, 'x')));
}

}  // namespace
}  // namespace step::crypto
