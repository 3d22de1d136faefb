#include "jose/jws.h"

#include <doctest/doctest.h>

#include "jose/jwk.h"
#include "tests/support/jose_rows.h"

namespace step::jose {
namespace {

std::map<std::string, Jwk> keys() {
    std::map<std::string, Jwk> keys;
    for (const auto& row : rows_for_test("go-jose.vec", "key")) {
        auto key = parse_jwk(decoded_for_test(row[1]));
        REQUIRE(key);
        keys.emplace(row[0], *std::move(key));
    }
    return keys;
}

bool accepts(const std::string& token, const crypto::PublicKey& key) {
    const auto jws = parse_jws(token);
    return jws && verify_jws(*jws, key);
}

TEST_CASE("tokens are accepted and refused as by go-jose, for every pair of key and algorithm") {
    const auto known = keys();
    const auto rows = rows_for_test("go-jose.vec", "jws");
    CHECK(rows.size() == 199);
    for (const auto& row : rows) {
        CAPTURE(row[0]);
        CAPTURE(row[2]);
        CHECK((accepts(row[2], *known.at(row[0]).public_key) ? "accepted" : "refused") == row[3]);
    }
}

TEST_CASE("the examples of RFC 7515 A.3 and A.4 and RFC 8037 A.4 verify") {
    struct Example {
        const char *key, *token;
    };
    const Example examples[] = {
        {R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
         R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
         "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
         "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5dj"
         "xLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
        {R"({"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EO)"
         R"(nYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_)"
         R"(l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})",
         "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bK"
         "PWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO"
         "7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"},
        {R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
         "09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
    };
    for (const Example& example : examples) {
        const auto key = parse_jwk(example.key);
        REQUIRE(key);
        CHECK(accepts(example.token, *key->public_key));
    }
}

TEST_CASE("what is signed verifies, and its header members are sorted") {
    const auto known = keys();
    const std::pair<const char*, const char*> pairs[] = {
        {"p256", "ES256"}, {"p384", "ES384"}, {"p521", "ES512"}, {"ed25519", "EdDSA"},
        {"rsa", "RS256"},  {"rsa", "RS512"},  {"rsa", "PS256"},  {"rsa", "PS384"},
    };
    for (const auto& [name, algorithm] : pairs) {
        CAPTURE(algorithm);
        const Jwk& key = known.at(name);
        const auto token = sign_jws(
            "{}", algorithm, {{.name = "typ", .value = "JWT"}, {.name = "kid", .value = "k"}},
            *key.private_key);
        REQUIRE(token);
        const auto jws = parse_jws(*token);
        REQUIRE(jws);
        CHECK(verify_jws(*jws, *key.public_key));
        CHECK(jws->payload == "{}");
        CHECK(jws->key_id == "k");
        CHECK(decoded_for_test(token->substr(0, token->find('.'))) ==
              fmt::format(R"({{"alg":"{}","kid":"k","typ":"JWT"}})", algorithm));
    }
}

TEST_CASE("no key signs with an algorithm that is not its own") {
    const auto known = keys();
    for (const char* algorithm : {"ES384", "RS256", "EdDSA", "HS256", "none", ""}) {
        CAPTURE(algorithm);
        const auto token = sign_jws("{}", algorithm, {}, *known.at("p256").private_key);
        REQUIRE(!token);
        CHECK(token.error().code == Code::kInvalidArgument);
    }
}

TEST_CASE(
    "a bad signature is kUnauthenticated, a bad token kInvalidArgument with go-jose's words") {
    const auto rows = rows_for_test("go-jose.vec", "jws");
    auto jws = parse_jws(rows[0][2]);
    REQUIRE(jws);
    jws->signature[5] ^= 1;
    const Status status = verify_jws(*jws, *keys().at("p256").public_key);
    REQUIRE(!status);
    CHECK(status.error().code == Code::kUnauthenticated);
    CHECK(parse_jws("a.b").error().detail == "compact JWS format must have three parts");
    CHECK(parse_jws("a.b").error().code == Code::kInvalidArgument);
    CHECK(!parse_jws(std::string(70'000, 'a')));
    CHECK(parse_jws(rows[0][2].substr(0, 5) + "\n " + rows[0][2].substr(5) + "\n"));
}

}  // namespace
}  // namespace step::jose
