#include "provisioner/set.h"

#include <doctest/doctest.h>

#include "crypto/keygen.h"
#include "issuance/rules.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::provisioner;
using test::must;

namespace {

struct SetWorld {
    SetWorld() {
        jose::Jwk jwk{.kid = "k1", .use = "sig", .alg = "ES256"};
        jwk.public_key = key.public_key();
        public_jwk = jose::public_jwk(jwk);
    }

    json::Value entry(const std::string& name) const {
        json::Value value;
        value.set("type", "JWK");
        value.set("name", name);
        value.set("key", public_jwk);
        return value;
    }
    Result<ProvisionerSet> open(const std::vector<json::Value>& entries) {
        std::vector<Provisioner> made;
        for (const json::Value& one : entries) {
            made.push_back(must(make(one, {})));
        }
        return ProvisionerSet::open(std::move(made),
                                    {.dns_names = {"ca.test", "::1"}, .started = clock.time}, clock,
                                    *database);
    }
    std::int64_t now(int shift = 0) const {
        return std::chrono::floor<std::chrono::seconds>(clock.time).time_since_epoch().count() +
               shift;
    }
    json::Value payload() const {
        json::Value value;
        value.set("iss", "one");
        value.set("sub", "leaf.test");
        value.set("aud", "https://ca.test:9000/1.0/sign");
        value.set("exp", now(300));
        return value;
    }
    std::string token(const json::Value& payload) const {
        return must(
            jose::sign_jws(json::encode(payload), "ES256", {{.name = "kid", .value = "k1"}}, key));
    }
    std::string refusal(const json::Value& payload) {
        const auto may = must(open({entry("one")})).authorize_sign(token(payload));
        if (!may) {
            CHECK(may.error().code == Code::kUnauthenticated);
            CHECK(may.error().detail.empty());
        }
        return may ? "" : may.error().cause;
    }

    test::FakeClock clock{};
    std::unique_ptr<storage::Database> database = storage::open_memory();
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    json::Value public_jwk{};
};

json::Value with(json::Value payload, std::string_view name, json::Value value) {
    payload.set(name, std::move(value));
    return payload;
}

}  // namespace

TEST_CASE("a good token gives what it says: subject, names, extension, limits") {
    SetWorld world;
    json::Value payload = world.payload();
    payload.set("sans", json::Array{"a.test", "10.0.0.1"});
    const auto may =
        must(must(world.open({world.entry("one")})).authorize_sign(world.token(payload)));
    CHECK(may.grant.subject.common_name == "leaf.test");
    CHECK(may.grant.names == std::vector<std::string>{"a.test", "10.0.0.1"});
    CHECK(may.grant.common_names == std::vector<std::string>{"leaf.test", "a.test", "10.0.0.1"});
    CHECK(may.grant.origin.provisioner.id == "one:k1");
    CHECK(may.grant.extension->credential_id == "k1");
    CHECK(may.grant.lifetimes.max == std::chrono::hours(24));
}

TEST_CASE("without sans the subject is the only name") {
    SetWorld world;
    const auto may =
        must(must(world.open({world.entry("one")})).authorize_sign(world.token(world.payload())));
    CHECK(may.grant.names == std::vector<std::string>{"leaf.test"});
}

TEST_CASE("audiences ignore ports and know every host, with brackets for IPv6") {
    SetWorld world;
    for (const char* audience : {"https://ca.test/sign", "https://ca.test:1/1.0/ssh/sign",
                                 "step-certificate-authority", "https://[::1]:443/sign"}) {
        CHECK(world.refusal(with(world.payload(), "aud", audience)).empty());
    }
    for (const char* audience : {"https://other.test/sign", "https://ca.test/revoke",
                                 "http://ca.test/sign", "https://ca.test/sign#x5c/one"}) {
        CHECK(!world.refusal(with(world.payload(), "aud", audience)).empty());
    }
}

TEST_CASE("a token that finds its provisioner by its audience must be issued by it") {
    SetWorld world;
    const json::Value payload = with(world.payload(), "aud", "one:k1");
    CHECK(world.refusal(payload).ends_with("invalid jwk token audience claim (aud)"));
    CHECK(world.refusal(with(payload, "iss", "two")).ends_with("invalid issuer claim (iss)"));
}

TEST_CASE("times are checked with a minute of leeway") {
    SetWorld world;
    CHECK(world.refusal(with(world.payload(), "exp", world.now(-30))).empty());
    CHECK(!world.refusal(with(world.payload(), "exp", world.now(-120))).empty());
    CHECK(world.refusal(with(world.payload(), "nbf", world.now(30))).empty());
    CHECK(!world.refusal(with(world.payload(), "nbf", world.now(120))).empty());
    CHECK(!world.refusal(with(world.payload(), "iat", world.now(120))).empty());
}

TEST_CASE("a token from before the start of the CA is refused, one of the same second is not") {
    SetWorld world;
    CHECK(world.refusal(with(world.payload(), "iat", world.now(-1))) ==
          "token issued before the bootstrap of certificate authority");
    CHECK(world.refusal(with(world.payload(), "iat", world.now())).empty());
}

TEST_CASE("a token that is nobody's, forged, or for nobody is refused") {
    SetWorld world;
    CHECK(world.refusal(with(world.payload(), "iss", "two")).find("not found") !=
          std::string::npos);
    CHECK(!world.refusal(with(world.payload(), "sub", "")).empty());
    CHECK(!world.refusal(with(world.payload(), "sans", 5)).empty());
    const ProvisionerSet set = must(world.open({world.entry("one")}));
    CHECK(!set.authorize_sign("garbage"));
    SetWorld stranger;
    CHECK(!set.authorize_sign(stranger.token(stranger.payload())));
}

TEST_CASE("a token is used up once, and asking does not use it up") {
    SetWorld world;
    const ProvisionerSet set = must(world.open({world.entry("one")}));
    const std::string token = world.token(world.payload());
    const SignPermission first = must(set.authorize_sign(token)),
                         second = must(set.authorize_sign(token));
    const auto use = [&](const SignPermission& may) {
        return world.database->transact(
            [&](storage::Transaction& transaction) { return may.use_token(transaction, {}); });
    };
    CHECK(use(first));
    CHECK(use(second).error().cause == "token already used");
    CHECK(set.authorize_sign(token).error().cause == "token already used");
}

TEST_CASE("a used token is remembered until two minutes after it expires, or for ever") {
    const TokenUse some = make_token_use("a", SysSeconds(std::chrono::seconds(256)));
    CHECK(some.key.substr(0, 5) == Bytes("\0\0\0\1\x78", 5));
    CHECK(make_token_use("a", {}).key.substr(0, 5) == Bytes(5, '\xff'));
    CHECK(some.key.size() == 37);
}

TEST_CASE("provisioners with the same name, and so the same id, cannot stand together") {
    SetWorld world;
    CHECK(world.open({world.entry("one"), world.entry("one")}).error().detail ==
          "cannot add multiple provisioners with the same id");
    SetWorld other;
    json::Value same_name = world.entry("one");
    json::Value key = world.public_jwk;
    key.set("kid", "k2");
    same_name.set("key", key);
    CHECK(world.open({world.entry("one"), same_name}).error().detail ==
          "cannot add multiple provisioners with the same name");
}

TEST_CASE("pages follow the cursor that the original computes") {
    // golden/api/core.json: third of the list, id "sshpop/sshpop", by its cursor.
    SetWorld world;
    std::vector<json::Value> entries;
    for (const char* name : {"a", "b", "c"}) {
        entries.push_back(world.entry(name));
    }
    const ProvisionerSet set = must(world.open(entries));
    const auto first = set.list("", 2);
    REQUIRE(first.entries.size() == 2);
    CHECK(first.next.size() == 33);
    CHECK(first.next[0] == '2');
    const auto rest = set.list(first.next, 2);
    CHECK(rest.entries.size() == 1);
    CHECK(rest.next.empty());
    CHECK(set.list("zzz", 0).entries.size() == 3);  // Sorts after zeros only.
    CHECK(set.list("1", 100).entries.size() == 3);
}

TEST_CASE("a provisioner that could not be set up is listed with its reason and refuses tokens") {
    SetWorld world;
    json::Value broken = world.entry("one");
    broken.remove("key");
    const ProvisionerSet set = must(world.open({broken}));
    CHECK(
        set.list("", 0).entries.at(0) ==
        R"({"type":"JWK","name":"one","key":null,"state":"Uninitialized","stateReason":"provisioner key cannot be empty"})");
    json::Value payload = world.payload();
    const std::string token = must(jose::sign_jws(json::encode(payload), "ES256", {}, world.key));
    const auto may = set.authorize_sign(token);
    REQUIRE(!may);
    CHECK(std::string(may.error().reason) == kDisabled);
    CHECK(may.error().detail == R"(provisioner "one" is disabled due to an initialization error)");
}

TEST_CASE("entries are listed in the order of the original and keep the case of their type") {
    const auto value = must(json::parse(
        R"({"options":{"ssh":{},"x509":{}},"claims":{"enableSSHCA":true},"name":"n","TYPE":"jwk"})"));
    CHECK(
        must(make(value, {})).json ==
        R"({"type":"jwk","name":"n","key":null,"claims":{"enableSSHCA":true},"options":{"x509":{},"ssh":{}}})");
}

TEST_CASE("a provisioner may have a policy of its own, which nobody is shown") {
    SetWorld world;
    json::Value entry = world.entry("own");
    entry.set("policy", *json::parse(R"({"x509":{"deny":{"dns":["evil.test"]}}})"));
    const Result<Provisioner> made = make(entry, {});
    REQUIRE(made);
    REQUIRE(made->rules);
    REQUIRE(made->rules->policies.x509 != nullptr);
    const Status refused =
        made->rules->policies.x509->check("", x509::AltNames{.dns = {"evil.test"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause ==
          R"(denied by rule authority.provisioners["own"].policy.x509.deny.dns[0] "evil.test")");
    CHECK(made->json.find("policy") == std::string::npos);
    entry.set("policy", *json::parse("{\"x509\":{\"deny\":{\"dns\":[\n\".b\"]}}}"));
    const Result<Provisioner> bad = make(entry, {});
    REQUIRE_FALSE(bad);
    CHECK(bad.error().detail.starts_with("cannot parse excluded domain constraint \".b\": "));
    CHECK(bad.error().cause == "line 2, column 1");
}

TEST_CASE("templates and webhooks are read, shown as the original shows them, and used") {
    const auto made = must(make(
        must(json::parse(
            R"({"type":"JWK","name":"n","key":null,"options":{"webhooks":[{"name":"w","url":"https://h.test/","kind":"authorizing"}],)"
            R"("x509":{"templateData":{"a":[1.0]},"template":"{\"subject\":\"x\"}","zzz":1}}})")),
        {}));
    CHECK(
        made.json ==
        R"({"type":"JWK","name":"n","key":null,"options":{"x509":{"template":"{\"subject\":\"x\"}","templateData":{"a":[1.0]}},)"
        R"("webhooks":[{"id":"","name":"w","url":"https://h.test/","kind":"AUTHORIZING","certType":""}]}})");
    REQUIRE(made.rules);
    REQUIRE(made.rules->x509_template);
    CHECK(made.rules->x509_template->has_template());
    CHECK(made.webhooks.size() == 1);
}

TEST_CASE("a template that does not parse stops the configuration, with its place") {
    const auto made = make(
        must(json::parse(
            "{\"type\":\"JWK\",\n \"options\":{\"x509\":{\"template\":\"{ {{ nosuch }} }\"}}}")),
        {});
    REQUIRE(!made);
    CHECK(made.error().code == Code::kInvalidArgument);
    CHECK(made.error().detail.find("authority.provisioners.options.x509") != std::string::npos);
    CHECK(made.error().detail.find("nosuch") != std::string::npos);
    CHECK(made.error().cause.find("line 2") != std::string::npos);
}

TEST_CASE("options that we lack, and types we lack, are refused with their place") {
    for (const char* text :
         {R"({"type":"JWK","options":{"wire":{"oidc":{}}}})", R"({"type":"OIDC"})"}) {
        const auto made = make(must(json::parse(text)), {});
        REQUIRE(!made);
        CHECK(made.error().code == Code::kUnsupported);
        CHECK(made.error().cause.starts_with("line 1"));
    }
    CHECK(is_original_type("k8ssa"));
    CHECK(!is_original_type("nothing"));
}

TEST_CASE("renewal asks the provisioner of the record, else of the extension, else nobody") {
    SetWorld world;
    json::Value entry = world.entry("one");
    json::Value claims;
    claims.set("disableRenewal", true);
    entry.set("claims", claims);
    const ProvisionerSet set = must(world.open({entry}));
    x509::Certificate leaf;
    leaf.not_after = std::chrono::floor<std::chrono::seconds>(world.clock.time);
    CHECK(set.authorize_renew(leaf, {}, world.clock.time));
    issuance::Entry recorded;
    recorded.origin.provisioner.id = "one:k1";
    CHECK(set.authorize_renew(leaf, recorded, world.clock.time).error().cause ==
          "renew is disabled for provisioner 'one'");
    leaf.extensions.push_back(x509::encode_step_provisioner({.type = 1, .name = "gone"}));
    CHECK(set.authorize_renew(leaf, {}, world.clock.time).error().cause == "provisioner not found");
}

TEST_CASE("a certificate renews from its first second on") {
    SetWorld world;
    const ProvisionerSet set = must(world.open({world.entry("one")}));
    const auto now = std::chrono::floor<std::chrono::seconds>(world.clock.time);
    x509::Certificate leaf;
    leaf.not_before = now;
    leaf.not_after = now + std::chrono::hours(1);
    leaf.extensions.push_back(x509::encode_step_provisioner({.type = 1, .name = "one"}));
    CHECK(set.authorize_renew(leaf, {}, now));
    const auto early = set.authorize_renew(leaf, {}, now - std::chrono::microseconds(1));
    REQUIRE(!early);
    CHECK(early.error().cause.starts_with("certificate is not yet valid"));
}

TEST_CASE(
    "a renewal token names this CA, unless a registration authority recorded its certificate") {
    SetWorld world;
    const ProvisionerSet set = must(world.open({world.entry("one")}));
    const RenewToken token{
        .claims = {.issuer = "step-ca-client/1.0", .audience = {"https://ra.test/renew"}},
        .use = make_token_use("renewal", {})};
    const auto refused = set.authorize_renew_token(token, {}, world.clock.time);
    REQUIRE(!refused);
    CHECK(refused.error().detail.ends_with("invalid audience claim (aud)"));
    issuance::Entry recorded;
    CHECK(!set.authorize_renew_token(token, recorded, world.clock.time));
    recorded.origin.ra.emplace();
    CHECK(set.authorize_renew_token(token, recorded, world.clock.time));
}

TEST_CASE("a page has twenty provisioners, or as many as are asked for up to a hundred") {
    SetWorld world;
    std::vector<json::Value> entries;
    for (int i = 0; i < 101; ++i) {
        entries.push_back(world.entry("p" + std::to_string(i)));
    }
    const ProvisionerSet set = must(world.open(entries));
    CHECK(set.list("", 0).entries.size() == 20);
    CHECK(set.list("", 100).entries.size() == 100);
    const auto page = set.list("", 1000);
    CHECK(page.entries.size() == 100);
    CHECK(set.list(page.next, 1000).entries.size() == 1);
}
