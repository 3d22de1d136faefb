#include "app/app.h"

#include <doctest/doctest.h>

#include "app/app_test_world.h"
#include "base/text.h"

namespace step::app {
namespace {

using namespace std::chrono_literals;

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
