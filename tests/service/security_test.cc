// Security fixes of the original (its commit, issue or release) and weaknesses found in it (10.1
// (n)), tried on the whole API. docs/security-tests.md lists them all, those of other tests too.
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "app/sweeper.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/pem.h"
#include "crypto/keygen.h"
#include "json/write.h"
#include "tests/support/data.h"
#include "tests/support/golden_ca.h"
#include "tests/support/test_ca.h"

using namespace step;
using test::GoldenCa;
using test::must;

namespace {

struct World {
    World() { header.set("kid", ca.key_id); }

    json::Value payload(const std::string& what = "sign",
                        const std::string& subject = "leaf.test") const {
        json::Value value;
        value.set("iss", "admin@test");
        value.set("sub", subject);
        value.set("aud", "https://localhost/1.0/" + what);
        value.set("exp", now() + 300);
        value.set("jti", encode_hex(ca.random.bytes(16)));
        return value;
    }
    std::int64_t now() const {
        return std::chrono::floor<std::chrono::seconds>(ca.clock.time).time_since_epoch().count();
    }
    http::Response sign(const std::string& token, const std::string& common_name = "leaf.test",
                        const x509::AltNames& names = {},
                        crypto::KeyKind kind = crypto::KeyKind::kEcP256) const {
        const crypto::PrivateKey key = must(crypto::generate_key(kind));
        json::Value body;
        body.set("csr", encode_pem("CERTIFICATE REQUEST",
                                   test::make_request(common_name, names, key).der));
        body.set("ott", token);
        return ca.ask({.method = "POST", .path = "/1.0/sign", .body = json::encode(body)});
    }
    int status(const std::string& token) const { return sign(token).status; }
    int status(const json::Value& payload) const { return status(ca.sign_token(header, payload)); }
    int revoke(const std::string& serial, const std::string& subject,
               const std::string& what = "revoke") const {
        json::Value body;
        body.set("serial", serial);
        body.set("ott", ca.sign_token(header, payload(what, subject)));
        body.set("passive", true);
        return ca.ask({.method = "POST", .path = "/1.0/revoke", .body = json::encode(body)}).status;
    }
    int renew(const x509::Certificate& leaf) const {
        return ca.ask({.method = "POST", .path = "/renew", .peer_chain = {leaf.der}}).status;
    }

    GoldenCa ca{"core-sign", GoldenCa::Db::kMemory};
    json::Value header{};
};

json::Value with(json::Value payload, std::string_view name, json::Value value) {
    payload.set(name, std::move(value));
    return payload;
}

/// The order of P-256 (FIPS 186-5), big-endian.
constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// (r, s) as (r, n - s): good for the same message, and anyone can write it.
std::string malleated(const std::string& token) {
    const std::size_t dot = token.rfind('.');
    Bytes signature = *parse_base64(token.substr(dot + 1), Base64::kRawUrl);
    const Bytes order = *parse_hex(kOrder);
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int difference = static_cast<unsigned char>(order[i]) -
                               static_cast<unsigned char>(signature[32 + i]) - borrow;
        borrow = difference < 0 ? 1 : 0;
        signature[32 + i] = static_cast<char>(difference & 0xff);
    }
    return token.substr(0, dot + 1) + encode_base64(signature, Base64::kRawUrl);
}

}  // namespace

TEST_CASE("10.1 (9): a forged token does not use up the id of an honest one") {
    const World world;
    const json::Value payload = world.payload();
    const crypto::PrivateKey stranger = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    CHECK(world.status(GoldenCa::sign_token(world.header, payload, stranger)) == 401);
    CHECK(world.status(payload) == 201);
}

TEST_CASE("10.1 (23): a token without jti is the same token with its signature rewritten") {
    const World world;
    json::Value payload = world.payload();
    payload.remove("jti");
    const std::string token = world.ca.sign_token(world.header, payload);
    const std::string twin = malleated(token);
    REQUIRE(twin != token);
    CHECK(must(world.ca.provisioners->authorize_sign(twin)).grant.names.size() == 1);
    CHECK(world.status(token) == 201);
    CHECK(world.status(twin) == 401);
    CHECK(world.status(token) == 401);
}

TEST_CASE("10.1 (7): of two uses of one token at once, to sign or to revoke, one succeeds") {
    const World world;
    const std::string token = world.ca.sign_token(world.header, world.payload());
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i) {
            threads.emplace_back([&] { good += world.status(token) == 201 ? 1 : 0; });
        }
    }
    CHECK(good == 1);
}

TEST_CASE("10.1 (24): no moment lies between the purge of a used token and the end of its life") {
    World world;
    const std::string token = world.ca.sign_token(world.header, world.payload());
    json::Value endless_payload = world.payload();
    endless_payload.remove("exp");
    const std::string endless = world.ca.sign_token(world.header, endless_payload);
    CHECK(world.status(token) == 201);
    CHECK(world.status(endless) == 201);
    app::Sweeper sweeper(world.ca.clock, *world.ca.database, {});
    std::size_t purged = 0;
    for (int minute = 0; minute < 20; ++minute) {
        world.ca.clock.advance(std::chrono::seconds(30));
        purged += must(sweeper.step()).tokens;
        CHECK(world.status(token) == 401);
        CHECK(world.status(endless) == 401);
    }
    CHECK(purged == 1);
}

TEST_CASE("10.1 (20): a revoked certificate is not renewed, whichever way its number was written") {
    const World world;
    for (const bool hexadecimal : {false, true}) {
        const x509::Certificate leaf = world.ca.make_leaf("admin@test", "leaf.test");
        CHECK(world.renew(leaf) == 201);
        const std::string serial =
            hexadecimal ? "0x" + encode_hex(leaf.serial) : leaf.serial_text();
        CHECK(world.revoke(serial, leaf.serial_text()) == 200);
        CHECK(world.renew(leaf) == 401);
        CHECK(world.revoke(leaf.serial_text(), leaf.serial_text()) == 400);
    }
}

TEST_CASE(
    "1011f5f5 (0.29.0 #2491): tokens addressed to provisioners of other protocols sign nothing") {
    const World world;
    for (const std::string fragment :
         {"#acme/acme", "#scep/scep", "#acme", "#", "#x5c/admin@test"}) {
        // The one that is there answers as the original's does: it has no tokens at all.
        const int refused = fragment == "#acme/acme" ? 400 : 401;
        for (const char* what : {"sign", "revoke", "ssh/sign"}) {
            const json::Value payload = with(
                world.payload(), "aud", "https://localhost/1.0/" + std::string(what) + fragment);
            CHECK(world.status(payload) == refused);
            json::Value bare = payload;
            bare.remove("iss");
            CHECK(world.status(bare) == refused);
        }
    }
}

TEST_CASE("0.29.0 #2491: token, certificate and request must mean one serial number") {
    const World world;
    const x509::Certificate leaf = world.ca.make_leaf("admin@test", "leaf.test");
    CHECK(world.revoke(leaf.serial_text(), "1") == 403);
    const http::Response response = world.ca.ask({.method = "POST",
                                                  .path = "/revoke",
                                                  .body = R"({"serial":"1","passive":true})",
                                                  .peer_chain = {leaf.der}});
    CHECK(response.status == 403);
    CHECK(world.renew(leaf) == 201);
}

TEST_CASE("2d00cd09: a token counts for one purpose and only in its time") {
    const World world;
    CHECK(world.status(world.payload("revoke")) == 401);
    CHECK(world.status(world.payload("renew")) == 401);
    CHECK(world.revoke("1", "1", "sign") == 401);
    CHECK(world.status(with(world.payload(), "exp", world.now() - 61)) == 401);
    CHECK(world.status(with(world.payload(), "nbf", world.now() + 61)) == 401);
    CHECK(world.status(with(world.payload(), "iat", world.now() + 61)) == 401);
    CHECK(world.status(with(world.payload(), "iat", world.now() - 7200)) == 401);
}

TEST_CASE("audiences: port and case of scheme are nothing to us, host and path are everything") {
    const World world;
    for (const char* good : {"https://localhost/sign", "https://localhost:1/1.0/sign",
                             "https://localhost:443/1.0/sign", "https://127.0.0.1:9000/1.0/sign",
                             "step-certificate-authority"}) {
        CAPTURE(good);
        CHECK(world.status(with(world.payload(), "aud", good)) == 201);
    }
    for (const char* bad :
         {"https://localhost.evil.test/1.0/sign", "https://evil.test/1.0/sign",
          "https://localhost@evil.test/1.0/sign", "https://evil.test/https://localhost/1.0/sign",
          "https://localhost/1.0/sign/../revoke", "https://localhost/1.0/sign%00",
          "https://localhost./1.0/sign", "https://localhost/1.0/SIGN", "http://localhost/1.0/sign",
          "https://localhost:99999999/1.0/revoke", "//localhost/1.0/sign", "localhost", ""}) {
        CAPTURE(bad);
        CHECK(world.status(with(world.payload(), "aud", bad)) == 401);
    }
}

TEST_CASE("a2c9b5cd, #1609: a common name must be the subject or a name of the token") {
    const World world;
    const auto ask = [&](const std::string& common_name) {
        json::Value payload = world.payload();
        payload.set("sans", json::Array{"a.test", "10.0.0.1"});
        return world
            .sign(world.ca.sign_token(world.header, payload), common_name,
                  {.dns = {"a.test"}, .ips = {Bytes("\x0a\0\0\1", 4)}})
            .status;
    };
    CHECK(ask("leaf.test") == 201);
    CHECK(ask("a.test") == 201);
    CHECK(ask("10.0.0.1") == 201);
    CHECK(ask("evil.test") == 403);
    CHECK(ask("10.0.0.2") == 403);
}

TEST_CASE("2b41faa9 (#94): a small RSA key is refused in a request and cannot come in by rekey") {
    const World world;
    const x509::Certificate leaf = world.ca.make_leaf("admin@test", "leaf.test");
    const Bytes small = test::data("x509/hostile/csr-rsa-1024.pem");
    json::Value body;
    body.set("csr", small);
    CHECK(world.ca
              .ask({.method = "POST",
                    .path = "/rekey",
                    .body = json::encode(body),
                    .peer_chain = {leaf.der}})
              .status == 403);
    body.set("ott", world.ca.sign_token(world.header, world.payload()));
    CHECK(world.ca.ask({.method = "POST", .path = "/sign", .body = json::encode(body)}).status ==
          403);
}

TEST_CASE("7a5c4a11: numbers at the edge of 32 and 64 bits harm nobody") {
    const World world;
    const auto get = [&](const std::string& limit) {
        return world.ca.ask({.method = "GET", .path = "/provisioners?limit=" + limit}).status;
    };
    for (const char* good : {"2147483648", "-2147483649", "4294967296", "9223372036854775807"}) {
        CHECK(get(good) == 200);
    }
    CHECK(get("9223372036854775808") == 400);
    for (const char* code : {"4294967296", "-4294967296", "2147483648"}) {
        const std::string body =
            R"({"serial":"1","passive":true,"ott":"x","reasonCode":)" + std::string(code) + "}";
        CHECK(world.ca.ask({.method = "POST", .path = "/revoke", .body = body}).status == 400);
    }
}
