#include "base/base64.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "provisioner/cloud_test_world.h"
#include "tests/support/data.h"

using namespace step;
using test::Hostile;
using test::must;

namespace {

constexpr const char* kCerts = "https://www.googleapis.com/oauth2/v3/certs";
constexpr const char* kTokens =
    "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token";
constexpr const char* kAncestry =
    "https://cloudresourcemanager.googleapis.com/v1/projects/my-project:getAncestry";

struct GcpWorld : test::CloudWorld {
    GcpWorld() {
        entry.set("type", "GCP");
        entry.set("name", "Google");
        entry.set("serviceAccounts", json::Array{"112233"});
        entry.set("projectIDs", json::Array{"my-project"});
        entry.set("disableCustomSANs", true);
        entry.set("instanceAge", "1h");
        fetcher->put(kCerts, test::jwk_set({test::jwk_of("g1", key.public_key())}),
                     {{"Cache-Control", "public, max-age=19000"}});
        engine.set("instance_id", "6012");
        engine.set("instance_name", "web-1");
        engine.set("instance_creation_timestamp", now(-60));
        engine.set("project_id", "my-project");
        engine.set("project_number", 9182);
        engine.set("zone", "europe-west1-b");
        engine.set("license_id", json::Array{"1"});
        claims.set("iss", "https://accounts.google.com");
        claims.set("aud", "https://ca.test/1.0/sign#gcp/Google");
        claims.set("sub", "112233");
        claims.set("azp", "112233");
        claims.set("email", "one@developer.gserviceaccount.com");
        claims.set("email_verified", true);
        claims.set("iat", now());
        claims.set("nbf", now());
        claims.set("exp", now(3600));
        claims.set("jti", "j");
    }
    json::Value payload() const {
        json::Value all = claims;
        all.set("google", json::Object{{.name = "compute_engine", .value = engine}});
        return all;
    }
    std::string signed_with(const crypto::PrivateKey& by, const json::Value& what,
                            const std::string& kid = "g1",
                            std::string_view algorithm = "RS256") const {
        return must(jose::sign_jws(json::encode(what), algorithm,
                                   {{.name = "kid", .value = kid}, {.name = "typ", .value = "JWT"}},
                                   by));
    }
    std::string token() const { return signed_with(key, payload()); }

    const crypto::PrivateKey& key = test::rsa_key();
    json::Value engine{json::Object{}}, claims{json::Object{}};
};

/// How a project's ancestors are told.
std::string ancestry(const char* type, const char* id) {
    return std::string(R"({"ancestor":[{"resourceId":{"type":"project","id":"my-project"}},)") +
           R"({"resourceId":{"type":")" + type + R"(","id":")" + id + R"("}}]})";
}

}  // namespace

TEST_CASE("a token of Google gives the machine's names, by name, project and zone") {
    GcpWorld world;
    const auto may = world.permission(world.token());
    const std::vector<std::string> names = {"web-1.c.my-project.internal",
                                            "web-1.europe-west1-b.c.my-project.internal"};
    CHECK(may.grant.names == names);
    CHECK(may.grant.common_names == std::vector<std::string>{"web-1", "6012", names[0], names[1]});
    CHECK_FALSE(may.grant.any_common_name);
    CHECK(may.grant.subject.common_name == "web-1");
    CHECK(may.grant.principal == "6012");
    REQUIRE(may.grant.extension);
    CHECK(may.grant.extension->type == 3);
    CHECK(may.grant.extension->credential_id == "112233");
    CHECK(may.grant.extension->key_values ==
          std::vector<std::string>{"InstanceID", "6012", "InstanceName", "web-1"});
    CHECK(may.token_id == encode_hex(crypto::sha256("gcp/Google.6012")));
}

TEST_CASE("with custom names a machine of Google may ask for anything") {
    GcpWorld world;
    world.entry.set("disableCustomSANs", false);
    const auto may = world.permission(world.token());
    CHECK(may.grant.names.empty());
    CHECK(may.grant.any_common_name);
    CHECK(may.grant.name_rule == issuance::NameRule::kAny);
}

TEST_CASE("claims of Google's tokens: what is missing, of a wrong type or of a wrong value") {
    const Hostile rows[] = {
        {"iss", "xxxxxxxxxx"},
        {"aud", "xxxxxxxx.x"},
        {"sub", "xxxxxxxxxx"},
        {"exp", "..xxxxxxxx"},
        {"nbf", "...xxxxxxx"},
        {"iat", "..xxxxxxxx"},
        {"jti", "..xxxx..x."},
        {"azp", "..xxxx..x."},
        {"email", "..xxxx..x."},
        {"email_verified", "..x.xxxxxx"},
        {"google", "xxxxxxxxxx"},
        {"google.compute_engine", "xxxxxxxxxx"},
        {"google.compute_engine.instance_id", "xxxxxxx.x."},
        {"google.compute_engine.instance_name", "xxxxxxx.x."},
        {"google.compute_engine.instance_creation_timestamp", "xxxxxxxxxx"},
        {"google.compute_engine.project_id", "xxxxxxxxxx"},
        {"google.compute_engine.project_number", "...xxxxxxx"},
        {"google.compute_engine.zone", "xxxxxxx.x."},
        {"google.compute_engine.license_id", "..xx.xxxxx"},
        {"unknown", ".........."},
    };
    GcpWorld world;
    for (const Hostile& row : rows) {
        for (std::size_t i = 0; i < std::size(test::kMutations); ++i) {
            json::Value payload = world.payload();
            test::mutate(payload, row.path, i);
            INFO(row.path << " " << test::kMutations[i]);
            CHECK(world.verdict(world.signed_with(world.key, payload)).empty() ==
                  (row.outcome[i] == '.'));
        }
    }
}

TEST_CASE("signatures of Google: each way to forge one") {
    GcpWorld world;
    const json::Value payload = world.payload();
    const std::string good = world.token();
    CHECK(world.verdict(good).empty());
    const std::size_t dot = good.rfind('.'), first = good.find('.');

    SUBCASE("keys that are not Google's, or not by that name") {
        CHECK(world.verdict(world.signed_with(test::rsa_key(1), payload)) ==
              "gcp.authorizeToken; failed to validate gcp token payload - cannot find key for kid "
              "g1");
        CHECK(!world.verdict(world.signed_with(world.key, payload, "g2")).empty());
        CHECK(!world.verdict(world.signed_with(world.key, payload, "")).empty());
        CHECK(!world.verdict(world.signed_with(world.key, payload, "G1")).empty());
        const auto ec = must(crypto::generate_key(crypto::KeyKind::kEcP256));
        CHECK(!world.verdict(world.signed_with(ec, payload, "g1", "ES256")).empty());
    }
    SUBCASE("the public key as the secret of an HMAC, and other confusions of algorithms") {
        for (const std::string& secret :
             {world.key.public_key().spki(),
              encode_pem("PUBLIC KEY", world.key.public_key().spki()), std::string(),
              world.key.public_key().numbers().modulus}) {
            for (const char* algorithm : {"HS256", "HS384", "HS512"}) {
                const std::string input = jose::encode_base64url(std::string(R"({"alg":")") +
                                                                 algorithm + R"(","kid":"g1"})") +
                                          "." + jose::encode_base64url(json::encode(payload));
                CHECK(!world
                           .verdict(input + "." +
                                    jose::encode_base64url(
                                        crypto::hmac(crypto::Hash::kSha256, secret, input)))
                           .empty());
            }
        }
        for (const char* algorithm :
             {"none", "None", "", "rs256", "RS1", "ES256", "EdDSA", "PS256"}) {
            const std::string header =
                jose::encode_base64url(std::string(R"({"alg":")") + algorithm + R"(","kid":"g1"})");
            CHECK(!world.verdict(header + good.substr(first)).empty());
            CHECK(!world.verdict(header + good.substr(first, dot - first + 1)).empty());
        }
    }
    SUBCASE("a key of the attacker's in the header") {
        const json::Value own = test::jwk_of("g1", test::rsa_key(1).public_key());
        const std::string token = must(jose::sign_jws(
            json::encode(payload), "RS256",
            {{.name = "kid", .value = "g1"}, {.name = "jwk", .value = own}}, test::rsa_key(1)));
        CHECK(!world.verdict(token).empty());
        for (const char* name : {"jku", "x5u"}) {
            CHECK(!world
                       .verdict(
                           must(jose::sign_jws(json::encode(payload), "RS256",
                                               {{.name = "kid", .value = "g1"},
                                                {.name = name, .value = "https://evil.test/keys"}},
                                               test::rsa_key(1))))
                       .empty());
        }
        CHECK(!world
                   .verdict(must(jose::sign_jws(json::encode(payload), "RS256",
                                                {{.name = "kid", .value = "g1"},
                                                 {.name = "crit", .value = json::Array{"b64"}}},
                                                world.key)))
                   .empty());
    }
    SUBCASE("a token that was changed by one byte, cut or joined") {
        for (std::size_t i = first + 1; i < dot; i += 23) {
            std::string changed = good;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            CHECK(!world.verdict(changed).empty());
        }
        for (const std::string& token :
             {good.substr(0, dot), good.substr(0, dot + 1), good.substr(0, good.size() - 4),
              good + "." + good, std::string(), std::string("..")}) {
            CHECK(!world.verdict(token).empty());
        }
    }
    SUBCASE("other RSA signatures by the right key are as good, as in the original") {
        CHECK(world.verdict(world.signed_with(world.key, payload, "g1", "RS512")).empty());
        CHECK(world.verdict(world.signed_with(world.key, payload, "g1", "PS256")).empty());
    }
    for (const std::string& token : {good}) {
        CHECK(world.verdict(token).empty());
    }
}

TEST_CASE("filters of Google: service accounts by id or address, projects") {
    GcpWorld world;
    const auto verdict = [&](const char* name, json::Value value) {
        const json::Value before = world.entry;
        world.entry.set(name, std::move(value));
        world.open();
        world.entry = before;
        return world.verdict(world.token());
    };
    CHECK(verdict("serviceAccounts", json::Array{"one@developer.gserviceaccount.com"}).empty());
    CHECK(verdict("serviceAccounts", json::Array{}).empty());
    CHECK(verdict("serviceAccounts", json::Array{"a", "b"}) ==
          "gcp.authorizeToken; invalid gcp token - invalid subject claim");
    CHECK(!verdict("serviceAccounts", json::Array{"ONE@developer.gserviceaccount.com"}).empty());
    CHECK(verdict("projectIDs", json::Array{}).empty());
    CHECK(verdict("projectIDs", json::Array{"my-project", "b"}).empty());
    CHECK(verdict("projectIDs", json::Array{"my-projec", "my-project2"}) ==
          "gcp.authorizeToken; invalid gcp token - invalid project id");
}

TEST_CASE("a machine of Google may be as old as instanceAge and no second older") {
    GcpWorld world;
    const auto made = [&](json::Value when) {
        world.engine.set("instance_creation_timestamp", std::move(when));
        return world.verdict(world.token());
    };
    CHECK(made(world.now(-3600)).empty());
    CHECK(made(world.now(-3601)) ==
          "gcp.authorizeToken; token google.compute_engine.instance_creation_timestamp is too old");
    CHECK(made(world.now(3600)).empty());
    CHECK(!made(0).empty());
    CHECK(!made(json::Number{"-9e18"}).empty());
    CHECK(made(json::Number{"9e18"}).empty());
    CHECK(!made(json::Number{"1e400"}).empty());
}

TEST_CASE("Google's clock and ours may differ by a minute") {
    GcpWorld world;
    for (const auto& [name, shift, good] : {std::tuple("exp", -60, true),
                                            {"exp", -61, false},
                                            {"nbf", 60, true},
                                            {"nbf", 61, false},
                                            {"iat", 60, true},
                                            {"iat", 61, false}}) {
        const json::Value before = world.claims;
        world.claims.set(name, world.now(shift));
        INFO(name << " " << shift);
        CHECK(world.verdict(world.token()).empty() == good);
        world.claims = before;
    }
}

TEST_CASE("only the first use of a machine of Google counts, and a forged token is none") {
    GcpWorld world;
    CHECK(!world.verdict(world.signed_with(test::rsa_key(1), world.payload())).empty());
    const auto first = world.permission(world.token()), second = world.permission(world.token());
    CHECK(world.use(first).empty());
    CHECK(world.use(second).starts_with("token already used; instance 6012 (web-1)"));
    world.open();
    CHECK(world.verdict(world.token()).starts_with("token already used"));
    world.engine.set("instance_id", "6013");
    CHECK(world.verdict(world.token()).empty());
}

TEST_CASE("without trust on first use each token of Google counts once") {
    GcpWorld world;
    world.entry.set("disableTrustOnFirstUse", true);
    CHECK(world.use(world.permission(world.token())).empty());
    CHECK(world.verdict(world.token()) == "token already used");
    world.claims.set("jti", "k");
    CHECK(world.use(world.permission(world.token())).empty());
}

TEST_CASE("an organisation is asked for only about a token that is good otherwise") {
    GcpWorld world;
    world.entry.remove("projectIDs");
    world.entry.set("organizationID", "4321");
    world.fetcher->put(kTokens, R"({"access_token":"at","expires_in":3599})");
    world.fetcher->put(kAncestry, ancestry("organization", "4321"));
    const auto asked = [&] {
        const auto all = world.fetcher->asked();
        return std::count_if(all.begin(), all.end(),
                             [](const http::Outgoing& one) { return one.url == kAncestry; });
    };
    CHECK(!world.verdict(world.signed_with(test::rsa_key(1), world.payload())).empty());
    CHECK(asked() == 0);
    CHECK(world.verdict(world.token()).empty());
    CHECK(asked() == 1);
    CHECK(http::find_header(world.fetcher->asked().back().headers, "Authorization") == "Bearer at");

    for (const std::string& other :
         {ancestry("organization", "4322"), ancestry("folder", "4321"), ancestry("project", "4321"),
          std::string(R"({"ancestor":[{"resourceId":{"type":"organization","id":"4321"}},{}]})")}) {
        world.fetcher->put(kAncestry, other);
        CHECK(world.verdict(world.token()) ==
              "gcp.authorizeToken; invalid gcp token - project does not belong to organization");
    }
    for (const char* broken : {"", "[]", "{}", R"({"ancestor":[]})", R"({"ancestor":7})"}) {
        world.fetcher->put(kAncestry, broken);
        const auto may = world.set->authorize_sign(world.token());
        REQUIRE(!may);
        CHECK(may.error().code == Code::kInternal);
        CHECK(may.error().detail.empty());
    }
    world.fetcher->put(kAncestry, "no", {}, 403);
    CHECK(world.set->authorize_sign(world.token()).error().cause.find("status 403") !=
          std::string::npos);
}

TEST_CASE("tokens of other clouds are not Google's") {
    GcpWorld world;
    json::Value payload = world.payload();
    payload.set("iss", "ec2.amazonaws.com");
    CHECK(!world.verdict(world.signed_with(world.key, payload)).empty());
    payload.set("iss", "https://sts.windows.net/T/");
    payload.set("tid", "T");
    CHECK(!world.verdict(world.signed_with(world.key, payload)).empty());
    payload = world.payload();
    payload.set("aud", "https://ca.test/1.0/sign#aws/Google");
    CHECK(!world.verdict(world.signed_with(world.key, payload)).empty());
    payload.set("aud", "https://other.test/1.0/sign#gcp/Google");
    CHECK(!world.verdict(world.signed_with(world.key, payload)).empty());
    payload.set("aud", "https://ca.test/1.0/revoke#gcp/Google");
    CHECK(!world.verdict(world.signed_with(world.key, payload)).empty());
}

TEST_CASE("while Google's keys cannot be had, the provisioner says so and recovers") {
    GcpWorld world;
    world.fetcher->put(kCerts, "down", {}, 500);
    world.open();
    const std::string refused = world.verdict(world.token());
    CHECK(refused.starts_with("provisioner \"Google\" is disabled due to an initialization error"));
    CHECK(refused.find("status 500") != std::string::npos);
    const std::string listed = world.set->list("", 0).entries.at(0);
    CHECK(listed.ends_with(R"("state":"Uninitialized","stateReason":"error reading )" +
                           std::string(kCerts) + R"(: status 500"})"));
    world.fetcher->put(kCerts, test::jwk_set({test::jwk_of("g1", world.key.public_key())}));
    world.clock.advance(std::chrono::minutes(2));
    CHECK(world.verdict(world.token()).empty());
    CHECK(world.set->list("", 0).entries.at(0).find("state\"") == std::string::npos);
}

TEST_CASE("projects and an organisation exclude each other") {
    GcpWorld world;
    world.entry.set("organizationID", "1");
    CHECK(must(provisioner::make(world.entry, {})).failure ==
          "provisioner cannot have both `projectIDs` and `organizationID` set");
}

TEST_CASE("a token that Google signed in 2025 fails for what is wrong with it and nothing before") {
    // GoogleCloudPlatform/agentcommunication_client publishes it in its tests, micronaut-security
    // in its own the keys that Google had then.
    const std::string token(trim(test::data("cloud/google_token.txt")));
    constexpr std::chrono::seconds kMade(1'739'324'791);
    const auto verdict_at = [](std::chrono::seconds time, const std::string& what) {
        GcpWorld world;
        world.fetcher->put(kCerts, test::data("cloud/google_keys.json"));
        world.clock.advance(time - world.clock.now().time_since_epoch());
        world.entry.set("serviceAccounts", json::Array{"109422233875895820585"});
        world.entry.set("projectIDs", json::Array{"weipengpanda-project"});
        world.entry.remove("instanceAge");
        world.open();
        const auto made = must(provisioner::make(world.entry, {.outside = world.outside}));
        const auto audiences = provisioner::make_audiences({"ca.test"});
        const auto allowed = (*made.sign)(must(provisioner::parse_token(what)),
                                          {.now = world.clock.now(), .audiences = audiences});
        return allowed ? std::string() : allowed.error().cause;
    };
    const std::string failed = "gcp.authorizeToken; ";
    // It was made for somebody else, which is looked at once signature, issuer and time are good.
    CHECK(verdict_at(kMade, token) == failed + "invalid gcp token - invalid audience claim (aud)");
    CHECK(verdict_at(kMade + std::chrono::seconds(3660), token) ==
          failed + "invalid gcp token - invalid audience claim (aud)");
    CHECK(verdict_at(kMade + std::chrono::seconds(3661), token) ==
          failed + "invalid gcp token payload: validation failed, token is expired (exp)");
    CHECK(verdict_at(kMade - std::chrono::seconds(61), token) ==
          failed +
              "invalid gcp token payload: validation failed, token issued in the future (iat)");
    const Bytes payload = must(provisioner::parse_token(token)).jws.payload;
    const std::string other =
        jose::encode_base64url(replace_all(payload, "wi-test-vm-1", "wi-test-vm-2"));
    std::string signature = token;
    signature.end()[-100] = signature.end()[-100] == 'A' ? 'B' : 'A';
    const std::size_t first = token.find('.'), last = token.rfind('.');
    for (const std::string& changed :
         {signature, token.substr(0, first + 1) + other + token.substr(last)}) {
        CHECK(verdict_at(kMade, changed).find("cannot find key for kid eec534fa") !=
              std::string::npos);
    }
}
