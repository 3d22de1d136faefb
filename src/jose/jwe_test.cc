#include "jose/jwe.h"

#include <doctest/doctest.h>

#include "jose/jwk.h"
#include "json/parse.h"
#include "tests/support/fake_random.h"
#include "tests/support/jose_rows.h"

namespace step::jose {
namespace {

TEST_CASE("what go-jose encrypted with a password opens, compact and flattened") {
    const auto rows = rows_for_test("go-jose.vec", "jwe");
    CHECK(rows.size() == 27);
    for (const auto& row : rows) {
        const std::string text = decoded_for_test(row[0]);
        CAPTURE(text);
        const auto opened = decrypt_with_password(text, "password");
        REQUIRE(opened);
        CHECK(opened->view() == decoded_for_test(row[1]));
        const auto wrong = decrypt_with_password(text, "Password");
        REQUIRE(!wrong);
        CHECK(wrong.error().code == Code::kUnauthenticated);
        CHECK(wrong.error().detail == "failed to decrypt JWE: invalid password");
    }
}

TEST_CASE("every recorded encryptedKey opens and is the key its provisioner names") {
    std::istringstream lines(test::data("jose/encrypted-keys.vec"));
    std::size_t count = 0;
    for (std::string kid, jwe; lines >> kid;) {
        if (kid == "#") {
            std::getline(lines, jwe);
            continue;
        }
        lines >> jwe;
        CAPTURE(kid);
        const auto opened = decrypt_with_password(jwe, "password");
        REQUIRE(opened);
        const auto key = parse_jwk(opened->view());
        REQUIRE(key);
        CHECK(key->private_key);
        CHECK(thumbprint(*key->public_key) == kid);
        ++count;
    }
    CHECK(count >= 1);
}

TEST_CASE("recorded files of encrypted JWKs open and hold the recorded keys") {
    for (const std::string name : {"ec256", "rsa", "ed"}) {
        CAPTURE(name);
        const auto opened =
            decrypt_with_password(test::data("jose/" + name + ".enc.json"), "password");
        REQUIRE(opened);
        CHECK(parse_jwk(opened->view()));
    }
}

TEST_CASE("what is encrypted opens again, and its header is as the original writes it") {
    test::FakeRandom random;
    const auto jwe = encrypt_with_password("secret", "password", "jwk+json", random);
    REQUIRE(jwe);
    const std::string header = decoded_for_test(jwe->substr(0, jwe->find('.')));
    CHECK(header.starts_with(R"({"alg":"PBES2-HS256+A128KW","cty":"jwk+json","enc":"A256GCM",)"
                             R"("p2c":600000,"p2s":")"));
    const auto opened = decrypt_with_password(*jwe, "password");
    REQUIRE(opened);
    CHECK(opened->view() == "secret");
}

TEST_CASE("a message is refused before any round of PBKDF2 if its header asks for too much") {
    const auto with = [](const std::string& header, std::size_t key = 40) {
        return fmt::format(
            "{}.{}.{}.AAAA.{}", encode_base64url(header), encode_base64url(std::string(key, 'k')),
            encode_base64url(std::string(12, 'n')), encode_base64url(std::string(16, 't')));
    };
    const auto code = [&](const std::string& members, std::size_t key = 40) {
        const auto result = decrypt_with_password(
            with(R"({"alg":"PBES2-HS256+A128KW","enc":"A256GCM")" + members + "}", key), "p");
        REQUIRE(!result);
        return result.error().code;
    };
    CHECK(code(R"(,"p2c":1,"p2s":"AAAA")") == Code::kUnauthenticated);
    CHECK(code(R"(,"p2c":10000001,"p2s":"AAAA")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":0,"p2s":"AAAA")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":-1,"p2s":"AAAA")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1.5,"p2s":"AAAA")") == Code::kInvalidArgument);
    CHECK(code(R"(,"P2C":1,"p2s":"AAAA")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1,"p2s":"")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1)") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1,"p2s":"AAAA","zip":"DEF")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1,"p2s":"AAAA","crit":["x"])") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1,"p2c":1,"p2s":"AAAA")") == Code::kInvalidArgument);
    CHECK(code(R"(,"p2c":1,"p2s":"AAAA")", 41) == Code::kInvalidArgument);
    CHECK(!decrypt_with_password("a.b.c.d", "p"));
    CHECK(!decrypt_with_password(std::string((1 << 20) + 1, 'a'), "p"));
}

}  // namespace
}  // namespace step::jose
