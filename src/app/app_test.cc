#include "app/app.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"
#include "setup/init.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace step::app {
namespace {

using namespace std::chrono_literals;

struct MemoryLog final : Log {
    std::vector<std::string> lines{};
    void write(Level, std::string_view message, const Fields&) override {
        lines.emplace_back(message);
    }
};

/// A CA made by init in a folder of its own, on a clock that stands still.
struct World {
    test::TempFolder folder;
    test::FakeClock clock;
    test::FakeRandom random;
    MemoryLog log;
    std::unique_ptr<App> app{};
    std::optional<jose::Jwk> provisioner{};
    crypto::PrivateKey leaf_key = *crypto::generate_key(crypto::KeyKind::kEcP256);
    int tokens = 0;

    World() {
        setup::InitOptions options;
        options.dns = {"ca.test", "[::1]", "127.0.0.1"};
        options.address = ":8443";
        options.provisioner = "admin@test";
        options.folder = folder.path;
        const auto root = setup::make_root("Test", clock.now(), random);
        const auto intermediate = setup::make_intermediate("Test", *root, clock.now(), random);
        const Secret password{Bytes("password")};
        const auto plan =
            setup::plan_init(options, *root, *intermediate, password, nullptr, random);
        REQUIRE(plan);
        REQUIRE(setup::write_init(*plan));
    }

    std::string config_text() const { return *read_file(folder / "config/ca.json"); }

    std::string open(const std::string& text, const std::string& password = "password") {
        auto config = setup::parse_config(text, "ca.json");
        if (!config) {
            return config.error().detail;
        }
        KeyPassword given;
        given.given = Secret(password);
        auto opened = App::open(*std::move(config), given, {clock, random, log});
        if (!opened) {
            return opened.error().detail;
        }
        app = *std::move(opened);
        return "ok";
    }

    http::Response call(const std::string& method, const std::string& path,
                        const std::string& body = "", std::vector<Bytes> peer = {}) {
        const auto match = app->router()->find(method, path);
        REQUIRE_MESSAGE(match.route != nullptr, path);
        http::Request request;
        request.method = method;
        request.path = path;
        request.body = body;
        request.captures = match.captures;
        request.peer_chain = std::move(peer);
        return match.route->handler(request);
    }

    std::string token(const std::string& subject, const std::string& path) {
        if (!provisioner) {
            const auto config = json::parse(config_text());
            const std::string jwe = *config->find("authority")
                                         ->find("provisioners")
                                         ->as_array()
                                         ->front()
                                         .find("encryptedKey")
                                         ->as_string();
            provisioner = *jose::parse_jwk(jose::decrypt_with_password(jwe, "password")->view());
        }
        const auto now = std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch();
        const json::Value payload =
            json::Object{{"aud", "https://ca.test:8443" + path},
                         {"exp", static_cast<std::int64_t>((now + 5min).count())},
                         {"iat", static_cast<std::int64_t>(now.count())},
                         {"iss", "admin@test"},
                         {"jti", "token-" + std::to_string(++tokens)},
                         {"nbf", static_cast<std::int64_t>(now.count())},
                         {"sub", subject}};
        const auto signed_token =
            jose::sign_jws(json::encode(payload), "ES256",
                           {{"kid", provisioner->kid}, {"typ", "JWT"}}, *provisioner->private_key);
        REQUIRE(signed_token);
        return *signed_token;
    }

    http::Response sign(const std::string& ott) {
        x509::CsrDraft draft;
        draft.subject = x509::to_name({.common_name = "leaf.test"});
        draft.names.dns = {"leaf.test"};
        const auto csr = x509::make_csr(draft, leaf_key);
        REQUIRE(csr);
        return call("POST", "/1.0/sign",
                    json::encode(json::Object{{"csr", encode_pem("CERTIFICATE REQUEST", *csr)},
                                              {"ott", ott}}));
    }

    static x509::Certificate leaf_of(const http::Response& response) {
        REQUIRE_MESSAGE(response.status == 201, response.body);
        const auto body = json::parse(response.body);
        REQUIRE(body);
        const auto chain = x509::parse_certificates_pem(*body->find("crt")->as_string());
        REQUIRE(chain);
        return chain->front();
    }
};

TEST_CASE("a token gets a certificate once; it renews until it is revoked") {
    World world;
    REQUIRE(world.open(world.config_text()) == "ok");

    const std::string ott = world.token("leaf.test", "/1.0/sign");
    const x509::Certificate leaf = World::leaf_of(world.sign(ott));
    CHECK(leaf.subject.common_name() == "leaf.test");
    CHECK(leaf.not_after - leaf.not_before == 24h + 1min);
    CHECK(world.sign(ott).status == 401);

    world.clock.advance(16h);
    const x509::Certificate renewed = World::leaf_of(world.call("POST", "/renew", "", {leaf.der}));
    CHECK(renewed.serial != leaf.serial);
    CHECK(renewed.spki == leaf.spki);
    CHECK(renewed.not_after == leaf.not_after + 16h);

    const std::string serial = renewed.serial_text();
    const auto revoked = world.call(
        "POST", "/1.0/revoke",
        json::encode(json::Object{
            {"serial", serial}, {"ott", world.token(serial, "/1.0/revoke")}, {"passive", true}}));
    CHECK_MESSAGE(revoked.status == 200, revoked.body);
    CHECK(world.call("POST", "/renew", "", {renewed.der}).status == 401);
}

TEST_CASE("what was signed and revoked is on record when the CA is opened again") {
    World world;
    REQUIRE(world.open(world.config_text()) == "ok");
    const std::string ott = world.token("leaf.test", "/1.0/sign");
    REQUIRE(world.sign(ott).status == 201);
    world.app.reset();
    REQUIRE(world.open(world.config_text()) == "ok");
    CHECK(world.sign(ott).status == 401);
}

TEST_CASE("without a db a token still works once, and nothing can be revoked") {
    World world;
    auto config = *json::parse(world.config_text());
    config.remove("db");
    REQUIRE(world.open(json::encode(config)) == "ok");
    const std::string ott = world.token("leaf.test", "/1.0/sign");
    CHECK(world.sign(ott).status == 201);
    CHECK(world.sign(ott).status == 401);
    CHECK(world
              .call("POST", "/1.0/revoke",
                    json::encode(json::Object{{"serial", "1"},
                                              {"ott", world.token("1", "/1.0/revoke")},
                                              {"passive", true}}))
              .status == 501);
}

TEST_CASE("the CA's own certificate is fresh, names the CA, and lives for a day") {
    World world;
    REQUIRE(world.open(world.config_text()) == "ok");
    const auto first = world.app->make_tls();
    const auto second = world.app->make_tls();
    REQUIRE_MESSAGE(first, first.error().detail);
    REQUIRE(second);
    CHECK(first->chain.size() == 2);
    const auto leaf = x509::parse_certificate(first->chain[0]);
    REQUIRE(leaf);
    CHECK(leaf->subject.common_name() == "Step Online CA");
    CHECK(leaf->names.dns == std::vector<std::string>{"ca.test"});
    CHECK(leaf->names.ips ==
          std::vector<Bytes>{Bytes(15, '\0') + Bytes(1, '\1'), Bytes("\x7f\0\0\1", 4)});
    CHECK(leaf->key_usage == x509::key_usage::kDigitalSignature);
    CHECK(leaf->extended_key_usage ==
          std::vector<asn1::Oid>{x509::oid::kServerAuth, x509::oid::kClientAuth});
    CHECK(leaf->find(x509::oid::kStepProvisioner) == nullptr);
    CHECK(first->not_before == world.clock.now() - 1min);
    CHECK(first->not_after == world.clock.now() + 24h);
    CHECK(leaf->not_after == first->not_after);
    const auto other = x509::parse_certificate(second->chain[0]);
    CHECK(other->spki != leaf->spki);
    CHECK(other->serial != leaf->serial);
}

TEST_CASE("roots have the fingerprint that init printed") {
    World world;
    REQUIRE(world.open(world.config_text()) == "ok");
    const auto defaults = json::parse(*read_file(world.folder / "config/defaults.json"));
    CHECK(world.app->root_fingerprints() ==
          std::vector<std::string>{*defaults->find("fingerprint")->as_string()});
}

TEST_CASE("two authorities' files do not mix: the key must fit the certificate") {
    World world;
    const World other;
    auto config = *json::parse(world.config_text());
    config.set("key", other.folder / "secrets/intermediate_ca_key");
    CHECK(world.open(json::encode(config)) ==
          "x509: provided PrivateKey doesn't match parent's PublicKey");
}

// Texts recorded from step-ca v0.30.2 (golden/cli/cases.json).
TEST_CASE("what is wrong at the start is told in the original's words") {
    World world;
    const auto with = [&world](const char* name, json::Value value) {
        auto config = *json::parse(world.config_text());
        config.set(name, std::move(value));
        return world.open(json::encode(config));
    };
    CHECK(with("root", "/none.crt") == "error reading \"/none.crt\": no such file or directory");
    CHECK(with("crt", "/none.crt") == "error reading \"/none.crt\": no such file or directory");
    CHECK(with("key", "/none.key") == "error reading \"/none.key\": no such file or directory");
    CHECK(with("federatedRoots", json::Array{"/none.crt"}) ==
          "error reading \"/none.crt\": no such file or directory");
    CHECK(world.open(world.config_text(), "wrong") ==
          "error decrypting " + world.folder.path +
              "/secrets/intermediate_ca_key: x509: decryption password incorrect");
    const auto claims = [&world](const char* name, const char* value) {
        auto config = *json::parse(world.config_text());
        json::Value authority = *config.find("authority");
        authority.set("claims", json::Object{{name, value}});
        config.set("authority", authority);
        return world.open(json::encode(config));
    };
    CHECK(claims("minTLSCertDuration", "0s") ==
          "error generating provisioner config: claims: MinTLSCertDuration must be greater than 0");
    CHECK(claims("maxTLSCertDuration", "1m") ==
          "error generating provisioner config: claims: MaxCertDuration cannot be less than "
          "MinCertDuration: MaxCertDuration - 1m0s, MinCertDuration - 5m0s");
    CHECK(claims("defaultTLSCertDuration", "48h") == "ok");
    CHECK(claims("minTLSCertDuration", "1d").starts_with("error parsing ca.json: "));
}

TEST_CASE("provisioners of one name are refused; one that cannot be set up is logged and listed") {
    World world;
    auto config = *json::parse(world.config_text());
    json::Value authority = *config.find("authority");
    json::Array provisioners = *authority.find("provisioners")->as_array();
    const json::Value first = provisioners.front();
    provisioners.push_back(first);
    authority.set("provisioners", provisioners);
    config.set("authority", authority);
    CHECK(world.open(json::encode(config)) == "cannot add multiple provisioners with the same id");

    provisioners.back() = json::Object{{"type", "JWK"}, {"name", "no key"}};
    authority.set("provisioners", provisioners);
    config.set("authority", authority);
    REQUIRE(world.open(json::encode(config)) == "ok");
    REQUIRE(world.log.lines.size() == 1);
    CHECK(world.log.lines[0].starts_with("failed to initialize JWK provisioner \"no key\": "));
    CHECK(world.call("GET", "/provisioners").body.find("Uninitialized") != std::string::npos);
}

TEST_CASE("after a reload used tokens stay used, and those made before it are still good") {
    World world;
    REQUIRE(world.open(world.config_text()) == "ok");
    const std::string used = world.token("leaf.test", "/1.0/sign");
    const std::string unused = world.token("leaf.test", "/1.0/sign");
    REQUIRE(world.sign(used).status == 201);

    world.clock.advance(60s);
    KeyPassword given;
    given.given = Secret(Bytes("password"));
    auto next = App::open(*setup::parse_config(world.config_text(), "ca.json"), given,
                          {world.clock, world.random, world.log}, world.app.get());
    REQUIRE(next);
    world.app = *std::move(next);  // The old one goes, the database stays.
    CHECK(world.sign(used).status == 401);
    CHECK(world.sign(unused).status == 201);
}

}  // namespace
}  // namespace step::app
