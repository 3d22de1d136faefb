#include "crypto/password_hash.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/keygen.h"
#include "crypto/rsa_signature.h"
#include "tests/support/fake_random.h"

namespace step::crypto {
namespace {

bool fits(ByteView password, std::string_view hash) {
    const auto answer = check_password(password, hash);
    REQUIRE_MESSAGE(answer, hash);
    return *answer;
}
std::string why(std::string_view hash) {
    const auto answer = check_password("secret", hash);
    return answer ? "none" : answer.error().detail;
}

TEST_CASE("scrypt gives what RFC 7914 12 says") {
    const auto key = scrypt("pleaseletmein", "SodiumChloride", 14, 8, 1, 64);
    REQUIRE(key);
    CHECK(encode_hex(key->view()) ==
          "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
          "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST_CASE("hashes of other implementations fit their passwords only") {
    struct Row {
        ByteView password{};
        std::string_view hash{};
    };
    for (const Row& row : {
             // step v0.30 (Go's golang.org/x/crypto)
             Row{"secret",
                 "$scrypt$ln=15,r=8,p=1$Hr9FCvszczAzF7uEDbushQ$2VpTLaYxz6Is/"
                 "wXq0ih4WAhUJemF9+nQBUE5KqZolFc"},
             Row{"secret", "$2a$10$Zvzm3o/17K2KQzV1J.RCT.WrlOcf2XBY/WzAw2qeQ6ODskQfkfYA2"},
             Row{"secret",
                 "$argon2i$v=19$m=32768,t=3,p=4$Q8cBQD7e2oHivvdzLdqGYg$"
                 "FNZadJTUwwba9/caUa7/la5CCCnpijPhcOPDaOoHqzk"},
             Row{"secret",
                 "$argon2id$v=19$m=65536,t=1,p=4$1f4SHypu1GYGMHg+wbET1A$"
                 "JXB5pqg8LGOJolKUsn8HduKZTlzdRbq9UNh8PpiUpqU"},
             // libxcrypt 4.4 ("2b", which is the same function)
             Row{"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
             Row{"", "$2a$04$......................w74bL5gU7LSJClZClCa.Pkz14aTv/XO"},
             Row{"correct horse battery staple",
                 "$2a$06$abcdefghijklmnopqrstuu10cNU3mXRamSUZYs8I8M/Szu..qXq5K"},
             Row{"\xc3\xa9\xc3\xbf pass",
                 "$2a$05$/OK.fbVrR/bpIqNJ5ianF.vw2AOUyC2pFnekc21vyccx1aSxdIvCO"},
         }) {
        CAPTURE(row.hash);
        CHECK(fits(row.password, row.hash));
        CHECK(!fits(Bytes(row.password) + "x", row.hash));
    }
}

TEST_CASE("what is made fits, and has a salt of its own") {
    test::FakeRandom random;
    for (const char* name : {"scrypt", "bcrypt", "argon2i", "argon2id"}) {
        CAPTURE(name);
        const auto how = find_password_hash(name);
        REQUIRE(how);
        const auto hash = hash_password(*how, "secret", random);
        REQUIRE(hash);
        CHECK(*hash != *hash_password(*how, "secret", random));
        CHECK(fits("secret", *hash));
        CHECK(!fits("Secret", *hash));
    }
    CHECK(!find_password_hash("pbkdf2"));
    const Bytes long_password(73, 'x');
    CHECK(hash_password(PasswordHash::kBcrypt, long_password, random).error().detail ==
          "error deriving password: bcrypt: password length exceeds 72 bytes");
}

TEST_CASE("malformed hashes are refused in the original's words") {
    CHECK(why("") == "error decoding hash: cannot decode password hash");
    CHECK(why("scrypt") == "error decoding hash: cannot decode password hash");
    CHECK(why("$2a") == "error decoding hash: cannot decode password hash");
    CHECK(why("$2a$10$a$b") == "error decoding hash: cannot decode password hash");
    CHECK(why("$foo$c2FsdA$c2FsdA") == "invalid or unsupported hash method with id 'foo'");
    CHECK(why("$scrypt$ln=99$c2FsdA$c2FsdA") == "invalid scrypt parameter ln=99");
    CHECK(why("$scrypt$ln=4,r=x$c2FsdA$c2FsdA") == "invalid scrypt parameter r=x");
    CHECK(why("$argon2id$v=19$m=4,t=1,p=1$c2FsdHNhbHQ$c2FsdA") == "invalid argon2 parameter m=4");
    CHECK(why("$argon2id$v=x$m=8,t=1,p=1$c2FsdHNhbHQ$c2FsdA") ==
          "error decoding hash: strconv.Atoi: parsing \"x\": invalid syntax");
    CHECK(why("$argon2id$v=16$m=8,t=1,p=1$c2FsdHNhbHQ$c2FsdA") ==
          "unsupported argon2 version '16'");
    CHECK(why("$2a$31$Zvzm3o/17K2KQzV1J.RCT.WrlOcf2XBY/WzAw2qeQ6ODskQfkfYA2") ==
          "invalid bcrypt cost 31: the limit is 17");
    CHECK(!fits("secret", "$2a$10$short"));
}

TEST_CASE("a hash whose computation would take minutes is refused before it begins") {
    const auto refused = [](const std::string& parameters, const std::string& end) {
        const std::string whole = "$" + parameters + "$c2FsdHNhbHQ$c2FsdA";
        CAPTURE(whole);
        CHECK(why(whole).ends_with(end));
    };
    refused("scrypt$ln=20,r=32,p=1",
            "scrypt parameters ln=20,r=32,p=1 cost too much: 4096 MiB of memory, 1 times; the "
            "limits are 2048 MiB, and 2048 MiB over all passes");
    refused("scrypt$ln=20,r=8,p=3",
            "1024 MiB of memory, 3 times; the limits are 2048 MiB, and "
            "2048 MiB over all passes");
    refused("argon2id$v=19$m=2097153,t=1,p=4",
            "argon2 parameters m=2097153,t=1,p=4 cost too much: 2048 MiB of memory, 1 times; the "
            "limits are 2048 MiB, and 8192 MiB over all passes");
    refused("argon2i$v=19$m=1048576,t=9,p=32",
            "1024 MiB of memory, 9 times; the limits are 2048 "
            "MiB, and 8192 MiB over all passes");
    refused("argon2i$v=19$m=4294967295,t=128,p=1", "over all passes");
    refused("argon2i$v=19$m=4294967296,t=1,p=1", "invalid argon2 parameter m=4294967296");
    refused("argon2i$v=19$m=8,t=129,p=1", "invalid argon2 parameter t=129");
    CHECK(why("$2a$18$Zvzm3o/17K2KQzV1J.RCT.WrlOcf2XBY/WzAw2qeQ6ODskQfkfYA2") ==
          "invalid bcrypt cost 18: the limit is 17");
    CHECK(why("$scrypt$ln=4$" + std::string(5000, 'A') + "$c2FsdA") ==
          "error decoding hash: cannot decode password hash");
}

TEST_CASE("a hash of no octets fits no password") {
    // Comparing nothing with nothing would say yes to everything.
    for (const char* hash : {"$scrypt", "$scrypt$ln=4", "$scrypt$ln=4$c2FsdA$", "$argon2id$m=8"}) {
        CHECK(why(hash) == "error decoding hash: cannot decode password hash");
    }
}

TEST_CASE("RSA signatures with any hash are verified with that hash and padding only") {
    const auto key = generate_key(KeyKind::kRsa);
    REQUIRE(key);
    for (const RsaSigning how : {RsaSigning::kPkcs1, RsaSigning::kPss}) {
        for (const char* hash :
             {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256"}) {
            CAPTURE(hash);
            const auto signature = sign_rsa(*key, how, hash, "message");
            REQUIRE(signature);
            const PublicKey& shown = key->public_key();
            CHECK(verify_rsa(shown, how, hash, "message", *signature));
            CHECK(!verify_rsa(shown, how, hash, "Message", *signature));
            CHECK(!verify_rsa(shown, how, hash == std::string_view("md5") ? "sha1" : "md5",
                              "message", *signature));
            CHECK(!verify_rsa(shown,
                              how == RsaSigning::kPss ? RsaSigning::kPkcs1 : RsaSigning::kPss, hash,
                              "message", *signature));
        }
    }
    CHECK(!sign_rsa(*key, RsaSigning::kPkcs1, "sha3", "message"));
    CHECK(!sign_rsa(*generate_key(KeyKind::kEcP256), RsaSigning::kPkcs1, "sha256", "message"));
}

}  // namespace
}  // namespace step::crypto
