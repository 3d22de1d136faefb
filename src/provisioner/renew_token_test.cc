#include "provisioner/renew_token.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "jose/jws.h"
#include "json/write.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::provisioner;
using test::must;

namespace {

/// A CA valid from 2020 to 2049, one leaf below it, and tokens of that leaf.
struct World {
    static constexpr std::int64_t kNow = 1'704'164'645;

    x509::Certificate leaf(std::uint32_t key_usage, asn1::Oid usage, std::int64_t ends) const {
        const x509::Draft draft{
            .subject_der = x509::encode_name(x509::to_name({.common_name = "leaf.test"})),
            .not_before = SysSeconds(std::chrono::seconds(ends - 3600)),
            .not_after = SysSeconds(std::chrono::seconds(ends)),
            .spki = key.public_key().spki(),
            .key_usage = key_usage,
            .extended_key_usage = {usage},
            .authority_key_id = x509::key_id(ca.key.public_key())};
        return must(x509::parse_certificate(
            must(x509::sign_draft(draft, "\x02", ca.chain.front().subject_der, ca.key,
                                  crypto::default_scheme(ca.key.public_key())))));
    }
    std::string token(const x509::Certificate& certificate, json::Value payload) const {
        json::Array chain{encode_base64(certificate.der)};
        for (const x509::Certificate& above : ca.chain) {
            chain.push_back(encode_base64(above.der));
        }
        return must(jose::sign_jws(json::encode(payload), "ES256",
                                   {{.name = "x5cInsecure", .value = std::move(chain)}}, key));
    }
    static json::Value payload() {
        json::Value value;
        value.set("iss", "step-ca-client/1.0");
        value.set("sub", "leaf.test");
        value.set("aud", "https://ca.test:9000/renew");
        value.set("exp", kNow + 300);
        return value;
    }

    issuance::Authority ca = test::make_authority();
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    x509::Certificate expired =
        leaf(x509::key_usage::kDigitalSignature, x509::oid::kClientAuth, kNow - 86400);
};

const std::vector<std::string> kAudiences = {"https://ca.test/renew"};
constexpr SysTime kTime{std::chrono::seconds(World::kNow)};

}  // namespace

TEST_CASE("an expired certificate proves who asks for its renewal") {
    const World world;
    const auto token =
        must(parse_renew_token(world.token(world.expired, World::payload()), world.ca.roots));
    CHECK(token.certificate.der == world.expired.der);
    CHECK(check_renew_claims(token, &kAudiences, "", kTime));
}

TEST_CASE("a certificate not meant for clients or signatures renews nothing") {
    const World world;
    for (const auto& bad :
         {world.leaf(x509::key_usage::kDigitalSignature, x509::oid::kServerAuth, World::kNow + 60),
          world.leaf(x509::key_usage::kKeyEncipherment, x509::oid::kClientAuth,
                     World::kNow + 60)}) {
        const auto token = parse_renew_token(world.token(bad, World::payload()), world.ca.roots);
        REQUIRE(!token);
        CHECK(token.error().code == Code::kUnauthenticated);
        CHECK(token.error().detail == "error validating renew token");
    }
}

TEST_CASE("a chain to a root of somebody else renews nothing") {
    const World world, other;
    const auto token =
        parse_renew_token(world.token(world.expired, World::payload()), other.ca.roots);
    REQUIRE(!token);
    CHECK(token.error().code == Code::kUnauthenticated);
}

TEST_CASE("a certificate that outlived its CA renews nothing") {
    // The chain is judged a minute before the leaf ends, and this CA ends in 2049.
    const World world;
    const auto late =
        world.leaf(x509::key_usage::kDigitalSignature, x509::oid::kClientAuth, 2'500'003'600);
    CHECK(!parse_renew_token(world.token(late, World::payload()), world.ca.roots));
}

TEST_CASE("a rewritten signature is the same use, another payload is another") {
    const World world;
    const auto use = [&](const std::string& text) {
        return must(parse_renew_token(text, world.ca.roots)).use;
    };
    // ECDSA signs anew with another number each time.
    const std::string one = world.token(world.expired, World::payload());
    const std::string two = world.token(world.expired, World::payload());
    REQUIRE(one != two);
    CHECK(use(one) == use(two));
    json::Value later = World::payload();
    later.set("iat", World::kNow);
    CHECK(!(use(world.token(world.expired, later)) == use(one)));
}

TEST_CASE("the original's issuers are the client's name and the provisioner's") {
    const World world;
    json::Value payload = World::payload();
    payload.set("iss", "one");
    const auto token = must(parse_renew_token(world.token(world.expired, payload), world.ca.roots));
    CHECK(check_renew_claims(token, &kAudiences, "one", kTime));
    for (const char* other : {"two", ""}) {
        const Status refused = check_renew_claims(token, &kAudiences, other, kTime);
        REQUIRE(!refused);
        CHECK(refused.error().reason == std::string_view(kRenewIssuer));
    }
}

TEST_CASE("a renewal token speaks of the certificate that signed it") {
    const World world;
    json::Value payload = World::payload();
    payload.set("sub", "other.test");
    const auto token = must(parse_renew_token(world.token(world.expired, payload), world.ca.roots));
    const Status refused = check_renew_claims(token, &kAudiences, "", kTime);
    REQUIRE(!refused);
    CHECK(refused.error().detail == "error validating renew token: invalid subject claim (sub)");
}

TEST_CASE("only a registration authority's token may name any audience") {
    const World world;
    json::Value payload = World::payload();
    payload.set("aud", "https://ra.test/renew");
    const auto token = must(parse_renew_token(world.token(world.expired, payload), world.ca.roots));
    CHECK(check_renew_claims(token, nullptr, "", kTime));
    const Status refused = check_renew_claims(token, &kAudiences, "", kTime);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kInternal);
    CHECK(refused.error().detail == "error validating renew token: invalid audience claim (aud)");
}

TEST_CASE("hostile x5cInsecure headers are refused") {
    const World world;
    const std::string good = encode_base64(world.expired.der);
    for (const json::Value& header :
         {json::Value("text"), json::Value(json::Array{}), json::Value(json::Array{1}),
          json::Value(json::Array{"%"}), json::Value(json::Array{"MAA="}),
          json::Value(json::Array{good, json::Value()}), json::Value()}) {
        const auto token = parse_renew_token(
            must(jose::sign_jws(json::encode(World::payload()), "ES256",
                                {{.name = "x5cInsecure", .value = header}}, world.key)),
            world.ca.roots);
        REQUIRE(!token);
        CHECK(token.error().code == Code::kUnauthenticated);
    }
}
