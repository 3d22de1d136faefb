#include "jose/jwk.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "json/write.h"
#include "tests/support/jose_rows.h"

namespace step::jose {
namespace {

TEST_CASE("keys that go-jose wrote are read, written and fingerprinted as it does") {
    const auto rows = rows_for_test("go-jose.vec", "key");
    CHECK(rows.size() == 5);
    for (const auto& row : rows) {
        CAPTURE(row[0]);
        const std::string secret = decoded_for_test(row[1]), open = decoded_for_test(row[2]);
        const auto key = parse_jwk(secret);
        REQUIRE(key);
        CHECK(json::encode(private_jwk(*key)) == secret);
        CHECK(json::encode(public_jwk(*key)) == open);
        CHECK(thumbprint(*key->public_key) == row[3]);
        CHECK(default_algorithm(*key->public_key) == key->alg);
        const auto shown = parse_jwk(open);
        REQUIRE(shown);
        CHECK(!shown->private_key);
        CHECK(*shown->public_key == *key->public_key);
        CHECK(json::encode(private_jwk(*shown)) == open);
    }
}

TEST_CASE("JWKs are accepted and refused as by go-jose, apart from what is checked better") {
    const auto rows = rows_for_test("go-jose.vec", "jwk");
    CHECK(rows.size() == 37);
    for (const auto& row : rows) {
        const std::string text = decoded_for_test(row[0]);
        CAPTURE(text);
        CHECK((parse_jwk(text) ? "ok" : "error") == row[1]);
    }
}

TEST_CASE("the recorded jwk commands give the same public keys and thumbprints") {
    const auto cases = json::parse(test::data("jose/jwk.json"));
    REQUIRE(cases);
    std::size_t thumbprints = 0;
    for (const json::Value& one : *cases->as_array()) {
        const std::string text = *one.find("text")->as_string();
        const std::string out = *one.find("stdout")->as_string();
        CAPTURE(text);
        const auto key = parse_jwk(text);
        if (*one.find("command")->as_string() == "public") {
            CHECK((key ? json::encode_indent(public_jwk(*key), "  ") + "\n" : "") == out);
        } else {
            const bool asymmetric = key && key->public_key;
            CHECK((asymmetric ? thumbprint(*key->public_key) + "\n" : "") == out);
            ++thumbprints;
        }
    }
    CHECK(thumbprints > 10);
}

TEST_CASE("the Ed25519 key of RFC 8037 appendix A has the thumbprint given there") {
    const auto key = parse_jwk(
        R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
        R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
    REQUIRE(key);
    CHECK(thumbprint(*key->public_key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST_CASE("private members that belong to another public key are refused") {
    const auto rows = rows_for_test("go-jose.vec", "key");
    for (const auto& [row, other] : {std::pair("p256", "ec256.json"), {"ed25519", "ed.json"}}) {
        const auto found =
            std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r[0] == row; });
        REQUIRE(found != rows.end());
        auto mixed = *json::parse(decoded_for_test((*found)[1]));
        const auto foreign = json::parse(test::data(std::string("jose/") + other));
        REQUIRE(foreign);
        CHECK(parse_jwk(mixed));
        mixed.set("d", *foreign->find("d"));
        const auto key = parse_jwk(mixed);
        REQUIRE(!key);
        CHECK(key.error().detail == "invalid JWK, private and public members do not match");
    }
}

}  // namespace
}  // namespace step::jose
