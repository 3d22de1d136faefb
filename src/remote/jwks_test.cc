#include "remote/jwks.h"

#include "crypto/keygen.h"
#include "jose/jwk.h"
#include "json/write.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::remote;
using test::must;

namespace {

std::string set_of(const std::vector<json::Value>& keys) {
    return json::encode(
        json::Object{{.name = "keys", .value = json::Array(keys.begin(), keys.end())}});
}

json::Value key_of(crypto::KeyKind kind, const std::string& kid, const std::string& use = "",
                   unsigned bits = 2048) {
    jose::Jwk jwk{.kid = kid, .use = use};
    jwk.public_key = must(crypto::generate_key(kind, bits)).public_key();
    return jose::public_jwk(jwk);
}

}  // namespace

TEST_CASE("of a JWK set every key that can be used is taken, and no other") {
    json::Value own = key_of(crypto::KeyKind::kEcP256, "private");
    own.set("d", json::Value("AAAA"));
    json::Value odd;
    odd.set("kty", "quantum");
    odd.set("kid", "odd");
    json::Value secret;
    secret.set("kty", "oct");
    secret.set("kid", "secret");
    secret.set("k", "AAAA");
    const auto keys = must(parse_issuer_keys(
        set_of({key_of(crypto::KeyKind::kRsa, "rsa"), key_of(crypto::KeyKind::kEcP256, "ec", "sig"),
                key_of(crypto::KeyKind::kEcP256, "sealed", "enc"),
                key_of(crypto::KeyKind::kRsa, "short", "", 1024), odd, secret, own, json::Value(),
                json::Value(5)})));
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].kid == "rsa");
    CHECK(keys[1].kid == "ec");
}

TEST_CASE("what is no JWK set, or one without a key that can be used, is refused") {
    for (const std::string& text :
         {std::string(), std::string("garbage"), std::string("[]"), std::string("{}"),
          std::string(R"({"keys":null})"), std::string(R"({"keys":{}})"),
          std::string(R"({"keys":[]})"), std::string(R"({"keys":[{}]})"),
          set_of({key_of(crypto::KeyKind::kRsa, "short", "", 1024)}),
          set_of(std::vector<json::Value>(1001, json::Value(json::Object{}))),
          std::string(100'000, '[')}) {
        CHECK(!parse_issuer_keys(text));
    }
}

TEST_CASE("max-age counts between a minute and a day; half a day if nothing is said") {
    using std::chrono::seconds;
    for (const auto& [header, age] : {std::pair("public, max-age=19000, must-revalidate", 19000),
                                      {"Max-Age=600", 600},
                                      {"max-age=0", 60},
                                      {"max-age=59", 60},
                                      {"max-age=99999999999", 86400},
                                      {"max-age=99999999999999999999", 43200},
                                      {"max-age=-5", 43200},
                                      {"max-age=ten", 43200},
                                      {"max-age=", 43200},
                                      {"s-max-age=5", 43200},
                                      {"no-store", 43200},
                                      {"", 43200}}) {
        INFO(header);
        CHECK(cache_age(header) == seconds(age));
    }
}

TEST_CASE("a key that says for what algorithm it is signs with no other") {
    const crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kRsa));
    const auto token = [&](std::string_view algorithm) {
        return must(jose::parse_jws(
            must(jose::sign_jws("{}", algorithm, {{.name = "kid", .value = "k"}}, key))));
    };
    const std::vector<IssuerKey> one = {
        {.kid = "k", .algorithm = "RS256", .key = key.public_key()}};
    CHECK(signed_by(one, token("RS256")));
    CHECK(!signed_by(one, token("PS256")));
    const std::vector<IssuerKey> any = {{.kid = "other", .algorithm = "", .key = key.public_key()},
                                        {.kid = "k", .algorithm = "", .key = key.public_key()}};
    CHECK(signed_by(any, token("PS256")));
    CHECK(!signed_by({any[0]}, token("RS256")));
}
