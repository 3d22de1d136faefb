// A CA with ACME in memory, and a client that signs: for the tests of src/acme/api only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "acme/api/nonces.h"
#include "acme/api/routes.h"
#include "acme/service.h"
#include "acme/states.h"
#include "acme/validation.h"
#include "base/base64.h"
#include "http/router.h"
#include "jose/jwk.h"
#include "jose/signed_message.h"
#include "json/parse.h"
#include "json/write.h"
#include "provisioner/set.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_ca.h"

namespace step::acme::test_world {

using test::must;

inline const std::string kHost = "ca.test:8443";
inline const std::string kBase = "https://" + kHost + "/acme/acme/";

struct NoAttempts final : Attempts {
    std::vector<std::string> awaited{};
    bool await(const std::string& id, std::chrono::milliseconds) override {
        awaited.push_back(id);
        return false;
    }
    std::vector<std::string> announced{};
    void announce(const std::string& id, ChallengeType type) override {
        announced.push_back(id + " " + std::string(name_of(type)));
    }
};

/// An answer, with its JSON taken apart.
struct Told {
    http::Response response{};
    json::Value json{};

    int status() const { return response.status; }
    std::string header(std::string_view name) const {
        return std::string(http::find_header(response.headers, name));
    }
    std::vector<std::string> headers(std::string_view name) const {
        std::vector<std::string> all;
        for (const auto& [given, value] : response.headers) {
            if (given == name) {
                all.push_back(value);
            }
        }
        return all;
    }
    std::string text(std::string_view name) const {
        const json::Value* value = json.find_exact(name);
        return value != nullptr && value->as_string() ? *value->as_string() : "";
    }
    /// "400 malformed"
    std::string problem() const {
        const std::string type = text("type"), prefix = "urn:ietf:params:acme:error:";
        return std::to_string(response.status) + " " +
               (type.starts_with(prefix) ? type.substr(prefix.size()) : type);
    }
};

inline const char* const kProvisioners = R"([
    {"type":"ACME","name":"acme"},
    {"type":"ACME","name":"other acme"},
    {"type":"ACME","name":"eab","requireEAB":true},
    {"type":"ACME","name":"told","termsOfService":"https://x.test/tos","website":"https://x.test",
     "caaIdentities":["x.test"],
     "acme":{"profiles":{"short":{"description":"an hour"},"long":{"description":"a <day>"}}}},
    {"type":"ACME","name":"slow","acme":{
        "newAccountsPerAddress":{"most":2,"per":"1m"},"newOrdersPerAccount":{"most":2,"per":"1m"}}},
    {"type":"JWK","name":"jwk","key":{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":"k",
     "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
     "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}},
    {"type":"ACME","name":"broken","challenges":["telepathy"]}])";

inline provisioner::ProvisionerSet make_provisioners(const Clock& clock,
                                                     const storage::Database& database) {
    const json::Value list = must(json::parse(kProvisioners));
    std::vector<provisioner::Provisioner> all;
    for (const json::Value& entry : *list.as_array()) {
        all.push_back(must(provisioner::make(entry, {})));
    }
    return must(provisioner::ProvisionerSet::open(std::move(all), {.dns_names = {"ca.test"}}, clock,
                                                  database));
}

struct World {
    test::FakeClock clock;
    test::FakeRandom random;
    std::unique_ptr<storage::Database> database = storage::open_memory();
    std::shared_ptr<const issuance::Authority> authority =
        std::make_shared<const issuance::Authority>(test::make_authority());
    issuance::Issuer issuer{clock, random, authority, *database};
    issuance::Ledger ledger{*database};
    revocation::Register revocations{*database, revocation::Keeps::kEverything};
    NoAttempts attempts;
    Service service{{.clock = clock,
                     .random = random,
                     .database = *database,
                     .issuer = issuer,
                     .ledger = ledger,
                     .revocations = revocations,
                     .attempts = attempts}};
    provisioner::ProvisionerSet provisioners = make_provisioners(clock, *database);
    std::shared_ptr<Nonces> nonces = must(Nonces::open(*database, random, clock));
    http::Router router;
    std::string remote = "192.0.2.1:1234", host = kHost;

    World() {
        mount(router, {.clock = clock,
                       .service = service,
                       .nonces = *nonces,
                       .authority = *authority,
                       .provisioners = provisioners,
                       .host = "fallback.test"});
    }

    /// As the server would: route, limit, handler.
    Told send(const std::string& method, const std::string& target, std::string body = "",
              const std::string& content_type = "application/jose+json",
              const std::string& accept = "*/*") {
        const std::size_t mark = target.find('?');
        http::Request request{
            .method = method,
            .path = target.substr(0, mark),
            .headers = {{"Host", host}, {"Content-Type", content_type}, {"Accept", accept}},
            .body = std::move(body),
            .remote = remote,
            .id = "test"};
        if (mark != std::string::npos) {
            request.query = target.substr(mark + 1);
        }
        http::Router::Match match = router.find(method, request.path);
        REQUIRE_MESSAGE(match.route != nullptr, target);
        REQUIRE(request.body.size() <= match.route->max_body);
        request.captures = std::move(match.captures);
        Told told{.response = match.route->handler(request)};
        if (auto value = json::parse(told.response.body)) {
            told.json = *std::move(value);
        }
        return told;
    }

    /// As if the outside world had answered: the challenge is valid.
    void prove(const std::string& authorization_id, ChallengeType type = ChallengeType::kHttp01) {
        const Store store;
        REQUIRE(database->transact([&](storage::Transaction& transaction) -> Status {
            STEP_ASSIGN(auto found, store.authorizations.get(transaction, authorization_id));
            REQUIRE(found);
            REQUIRE(apply(*found, type, {.verdict = Try::Verdict::kValid}, clock.now()));
            return store.authorizations.update(transaction, *found);
        }));
    }
};

inline std::string path_of(const std::string& url) {
    return url.substr(url.find('/', std::string_view("https://").size()));
}
inline std::string last_of(const std::string& url) {
    return url.substr(url.rfind('/') + 1);
}

/// What of a request is not as it should be.
struct Bend {
    std::optional<std::string> nonce{}, url{};
    std::optional<bool> bring_key{};  ///< Else if there is no account yet.
    json::Object header{};            ///< Set in the protected header; null removes.
    std::string content_type = "application/jose+json";
    std::string accept = "*/*";
    const crypto::PrivateKey* signer = nullptr;
};

struct Client {
    World& world;
    std::string base = kBase;
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    std::string kid{};

    explicit Client(World& made, std::string where = kBase) : world(made), base(std::move(where)) {}

    json::Value jwk() const { return jose::public_jwk(jose::Jwk{.public_key = key.public_key()}); }

    std::string jws(const std::string& url, const std::string& payload,
                    const Bend& bend = {}) const {
        json::Value header{json::Object{}};
        header.set("nonce", bend.nonce.value_or(world.nonces->make()));
        header.set("url", bend.url.value_or(url));
        if (bend.bring_key.value_or(kid.empty())) {
            header.set("jwk", jwk());
        } else {
            header.set("kid", kid);
        }
        for (const json::Member& member : bend.header) {
            header.remove(member.name);
            if (!member.value.is_null()) {
                header.set(member.name, member.value);
            }
        }
        std::string algorithm = "ES256";
        if (const json::Value* other = header.find_exact("alg")) {
            algorithm = *other->as_string();
            header.remove("alg");
        }
        const crypto::PrivateKey& signer = bend.signer != nullptr ? *bend.signer : key;
        const jose::Jwk with{.public_key = signer.public_key(), .private_key = signer.share()};
        return jose::encode_json(must(jose::parse_signed(
            must(jose::sign_compact(payload, algorithm, *header.as_object(), with)))));
    }

    /// `what` is a URL, or what stands behind the provisioner's name.
    Told post(const std::string& what, const std::string& payload, const Bend& bend = {}) const {
        const std::string url = what.starts_with("https://") ? what : base + what;
        return world.send("POST", path_of(url), jws(url, payload, bend), bend.content_type,
                          bend.accept);
    }

    Told register_account(const std::string& payload = "{}") {
        Told told = post("new-account", payload, {.bring_key = true});
        if (told.status() < 300) {
            kid = told.header("Location");
        }
        return told;
    }
    Told order(const std::string& name) const {
        return post("new-order", R"({"identifiers":[{"type":"dns","value":")" + name + R"("}]})");
    }
    /// A ready order's URL.
    std::string ready_order(const std::string& name) const {
        const Told made = order(name);
        REQUIRE(made.status() == 201);
        for (const json::Value& url : *made.json.find_exact("authorizations")->as_array()) {
            const std::string id = last_of(*url.as_string());
            REQUIRE(post("challenge/" + id + "/http-01", "{}").status() == 200);
            world.prove(id);
        }
        return made.header("Location");
    }
    std::string csr(const std::string& name) const {
        const crypto::PrivateKey leaf = must(crypto::generate_key(crypto::KeyKind::kEcP256));
        return R"({"csr":")" +
               encode_base64(test::make_request(name, {.dns = {name}}, leaf).der, Base64::kRawUrl) +
               R"("})";
    }
};

}  // namespace step::acme::test_world
