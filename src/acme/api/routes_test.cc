#include "acme/api/routes.h"

#include <algorithm>

#include "acme/api/api_test_world.h"
#include "base/pem.h"

namespace step::acme {
namespace {

using namespace test_world;

TEST_CASE("the directory names every resource below /acme, and meta only where there is some") {
    World world;
    const Told plain = world.send("GET", "/2.0/acme/acme/directory");
    CHECK(plain.response.body == R"({"newNonce":"https://ca.test:8443/acme/acme/new-nonce",)"
                                 R"("newAccount":"https://ca.test:8443/acme/acme/new-account",)"
                                 R"("newOrder":"https://ca.test:8443/acme/acme/new-order",)"
                                 R"("revokeCert":"https://ca.test:8443/acme/acme/revoke-cert",)"
                                 R"("keyChange":"https://ca.test:8443/acme/acme/key-change",)"
                                 R"("renewalInfo":"https://ca.test:8443/acme/acme/renewal-info"})"
                                 "\n");
    CHECK(plain.response.content_type == "application/json");
    CHECK(plain.header("Replay-Nonce").empty());
    const Told told = world.send("GET", "/acme/told/directory");
    CHECK(json::encode(*told.json.find_exact("meta")) ==
          R"({"termsOfService":"https://x.test/tos","website":"https://x.test",)"
          R"("caaIdentities":["x.test"],)"
          R"("profiles":{"long":"a \u003cday\u003e","short":"an hour"}})");
    const Told eab = world.send("GET", "/acme/eab/directory");
    CHECK(json::encode(*eab.json.find_exact("meta")) == R"({"externalAccountRequired":true})");
    CHECK(world.send("GET", "/acme/other%20acme/directory").text("newOrder") ==
          "https://ca.test:8443/acme/other%20acme/new-order");
}

TEST_CASE("addresses name the host that was asked, unless that could be no host") {
    World world;
    for (const char* host : {"ca.test", "[::1]:8443", "127.0.0.1:1", "CA.Test"}) {
        world.host = host;
        CHECK(world.send("GET", "/acme/acme/directory").text("newNonce") ==
              std::string("https://") + host + "/acme/acme/new-nonce");
    }
    for (const char* host : {"", "a/b", "a>;rel=\"x\"", "a b", "user@a"}) {
        world.host = host;
        CHECK(world.send("GET", "/acme/acme/directory").text("newNonce") ==
              "https://fallback.test/acme/acme/new-nonce");
    }
}

TEST_CASE("a provisioner that is not there, not of ACME or broken says so") {
    World world;
    const Told none = world.send("GET", "/acme/nobody/directory");
    CHECK(none.status() == 404);
    CHECK(none.response.body == R"({"type":"notFound","detail":"resource not found",)"
                                R"("message":"provisioner nobody not found"})"
                                "\n");
    const Told other = world.send("GET", "/acme/jwk/directory");
    CHECK(other.problem() == "401 unauthorized");
    CHECK(other.text("detail") ==
          "The client lacks sufficient authorization: provisioner must be of type ACME");
    CHECK(world.send("GET", "/acme/broken/directory").text("detail") ==
          "The client lacks sufficient authorization: provisioner is disabled due to an "
          "initialization error");
    // Even here a client may go on with a nonce.
    CHECK(!world.send("POST", "/acme/nobody/new-account").header("Replay-Nonce").empty());
}

TEST_CASE("new-nonce gives a nonce that is not to be kept, 200 to HEAD and 204 to GET") {
    World world;
    for (const auto& [method, status] : {std::pair("HEAD", 200), std::pair("GET", 204)}) {
        const Told told = world.send(method, "/acme/acme/new-nonce");
        CHECK(told.status() == status);
        CHECK(told.response.body.empty());
        CHECK(told.header("Cache-Control") == "no-store");
        CHECK(told.header("Link") == R"(<https://ca.test:8443/acme/acme/directory>;rel="index")");
        CHECK(world.nonces->use(told.header("Replay-Nonce")));
    }
}

TEST_CASE("an account is made once for a key, read, changed and deactivated") {
    World world;
    Client client(world);
    const Told made = client.register_account(R"({"contact":["mailto:a@x.test"]})");
    CHECK(made.status() == 201);
    CHECK(made.response.body == R"({"contact":["mailto:a@x.test"],"status":"valid","orders":")" +
                                    client.kid + "/orders\"}\n");
    CHECK(client.kid.starts_with(kBase + "account/"));
    const Told again =
        client.post("new-account", R"({"contact":["mailto:b@x.test"]})", {.bring_key = true});
    CHECK(again.status() == 200);
    CHECK(again.header("Location") == client.kid);
    CHECK(again.response.body == made.response.body);
    CHECK(client.post("new-account", R"({"onlyReturnExisting":true})", {.bring_key = true})
              .status() == 200);

    CHECK(client.post(client.kid, "").response.body == made.response.body);
    CHECK(client.post(client.kid, R"({"unknown":1})").response.body == made.response.body);
    CHECK(client.post(client.kid, R"({"contact":["mailto:c@x.test"]})")
              .response.body.find("c@x.test") != std::string::npos);
    CHECK(client.post(client.kid, R"({"contact":[]})").response.body.find("contact") ==
          std::string::npos);
    CHECK(client.post(client.kid, R"({"status":"revoked"})").problem() == "400 malformed");
    CHECK(client.post(client.kid, R"({"status":"deactivated"})").text("status") == "deactivated");
    const Told refused = client.post(client.kid, "");
    CHECK(refused.problem() == "401 unauthorized");
    CHECK(refused.text("detail") ==
          "The client lacks sufficient authorization: account is not active");
    CHECK(client.post("new-account", "{}", {.bring_key = true}).problem() == "401 unauthorized");
}

TEST_CASE("onlyReturnExisting makes no account") {
    World world;
    Client client(world);
    CHECK(client.post("new-account", R"({"onlyReturnExisting":true})").problem() ==
          "400 accountDoesNotExist");
}

TEST_CASE("the same key has an account of its own at each provisioner") {
    World world;
    Client client(world);
    client.register_account();
    const std::string first = client.kid;
    client.base = "https://" + kHost + "/acme/other%20acme/";
    client.register_account();
    CHECK(client.kid.starts_with(client.base + "account/"));
    CHECK(last_of(client.kid) != last_of(first));
    client.kid = first;
    CHECK(client.order("a.test").problem() == "401 unauthorized");
}

TEST_CASE("an order goes from pending to a certificate, which alone links to its issuer") {
    World world;
    Client client(world);
    client.register_account();
    const Told made = client.order("a.test");
    CHECK(made.status() == 201);
    const std::string url = made.header("Location"), id = last_of(url);
    CHECK(made.response.body.starts_with(R"({"id":")" + id +
                                         R"(","status":"pending","expires":"2024-01-03T03:04:05Z",)"
                                         R"("identifiers":[{"type":"dns","value":"a.test"}],)"
                                         R"("notBefore":"2024-01-02T03:0)"));
    CHECK(made.text("finalize") == url + "/finalize");

    const std::string authz =
        *made.json.find_exact("authorizations")->as_array()->front().as_string();
    const Told before = client.post(authz, "");
    CHECK(before.header("Location") == authz);
    CHECK(before.header("Retry-After").empty());
    CHECK(before.response.body.starts_with(
        R"({"identifier":{"type":"dns","value":"a.test"},"status":"pending","challenges":[{"type":)"
        R"("dns-01","status":"pending","token":")"));
    CHECK(before.response.body.ends_with(R"(,"wildcard":false,"expires":"2024-01-03T03:04:05Z"})"
                                         "\n"));
    CHECK(client.post(url + "/finalize", client.csr("a.test")).problem() == "400 orderNotReady");

    const std::string challenge = kBase + "challenge/" + last_of(authz) + "/http-01";
    const Told looked = client.post(challenge, "");
    CHECK(looked.text("status") == "pending");
    CHECK(world.attempts.announced.empty());
    const Told began = client.post(challenge, "{}");
    CHECK(began.text("status") == "processing");
    CHECK(began.header("Retry-After") == "1");
    CHECK(began.header("Location") == challenge);
    CHECK(began.headers("Link") ==
          std::vector<std::string>{"<" + kBase + R"(directory>;rel="index")",
                                   "<" + authz + R"(>;rel="up")"});
    CHECK(world.attempts.announced == std::vector<std::string>{last_of(authz) + " http-01"});
    // Only who looks at a try that runs is kept, at the authorization or the challenge.
    CHECK(world.attempts.awaited.empty());
    CHECK(client.post(authz, "").header("Retry-After") == "1");
    CHECK(client.post(challenge, "").text("status") == "processing");
    CHECK(world.attempts.awaited == std::vector<std::string>(2, last_of(authz)));

    world.prove(last_of(authz));
    CHECK(client.post(url, "").text("status") == "ready");
    CHECK(client.post(challenge, "{}").text("validated") == "2024-01-02T03:04:05Z");
    const Told issued = client.post(url + "/finalize", client.csr("a.test"));
    CHECK(issued.status() == 200);
    CHECK(issued.text("status") == "valid");
    CHECK(issued.header("Location") == url);
    const auto has_field = [&](std::string_view name) {
        return std::ranges::any_of(issued.response.log,
                                   [&](const Field& field) { return field.name == name; });
    };
    CHECK(has_field("certificate"));
    CHECK(has_field("serial"));
    CHECK(client.post(url + "/finalize", client.csr("a.test")).response.body ==
          issued.response.body);

    const Told chain = client.post(issued.text("certificate"), "");
    CHECK(chain.response.content_type == "application/pem-certificate-chain");
    const auto blocks = must(parse_pem(chain.response.body));
    REQUIRE(blocks.size() == 2);
    CHECK(chain.headers("Link").size() == 1);

    const Told alone =
        client.post(issued.text("certificate"), "", {.accept = "application/pkix-cert"});
    CHECK(alone.response.content_type == "application/pkix-cert");
    CHECK(alone.response.body == blocks[0].bytes);
    const std::string up = alone.headers("Link").back();
    REQUIRE(up.ends_with(R"(>;rel="up")"));
    const Told above = world.send("GET", path_of(up.substr(1, up.find('>') - 1)));
    CHECK(above.response.content_type == "application/pkix-cert");
    CHECK(above.response.body == blocks[1].bytes);
    CHECK(client.post(up.substr(1, up.find('>') - 1), "").response.body == above.response.body);
    CHECK(client.post(up.substr(1, up.find('>') - 1), "{}").problem() == "400 malformed");
    CHECK(world.send("GET", "/acme/acme/issuer/00").problem() == "400 malformed");

    Client stranger(world);
    stranger.register_account();
    for (const std::string& theirs :
         {url, authz, challenge, issued.text("certificate"), client.kid + "/orders"}) {
        CHECK(stranger.post(theirs, "").problem() == "401 unauthorized");
    }
}

TEST_CASE("orders are listed in pages") {
    World world;
    Client client(world);
    client.register_account();
    const std::string first = client.order("a.test").header("Location");
    const Told few = client.post(client.kid + "/orders", "");
    CHECK(few.response.body == "[\"" + first + "\"]\n");
    CHECK(few.headers("Link").size() == 1);
    for (int i = 0; i < 500; ++i) {
        world.clock.advance(std::chrono::seconds(1));
        REQUIRE(client.order("a.test").status() == 201);
    }
    const Told page = client.post(client.kid + "/orders", "");
    REQUIRE(page.headers("Link").size() == 2);
    CHECK(page.json.as_array()->size() == 500);
    const std::string next = page.headers("Link").back();
    REQUIRE(next.ends_with(R"(>;rel="next")"));
    const Told rest = client.post(next.substr(1, next.find('>') - 1), "");
    CHECK(rest.json.as_array()->size() == 1);
    CHECK(rest.headers("Link").size() == 1);
}

TEST_CASE("an authorization can be deactivated, and its order is invalid then") {
    World world;
    Client client(world);
    client.register_account();
    const Told made = client.order("a.test");
    const std::string authz =
        *made.json.find_exact("authorizations")->as_array()->front().as_string();
    CHECK(client.post(authz, "{}").problem() == "400 malformed");
    CHECK(client.post(authz, R"({"status":"valid"})").problem() == "400 malformed");
    CHECK(client.post(authz, R"({"status":"deactivated"})").text("status") == "deactivated");
    CHECK(client.post(made.header("Location"), "").text("status") == "invalid");
}

TEST_CASE("what is refused of an order is told name by name") {
    World world;
    Client client(world);
    client.register_account();
    const Told told = client.post(
        "new-order",
        R"({"identifiers":[{"type":"dns","value":"a.test"},{"type":"dns","value":"a b"}]})");
    CHECK(told.problem() == "400 rejectedIdentifier");
    const json::Array& parts = *told.json.find_exact("subproblems")->as_array();
    REQUIRE(parts.size() == 1);
    CHECK(json::encode(*parts.front().find_exact("identifier")) ==
          R"({"type":"dns","value":"a b"})");
    CHECK(client.post("new-order", R"({"identifiers":[]})").json.find_exact("subproblems") ==
          nullptr);
}

TEST_CASE("a certificate is revoked by its account, by its key, and by nobody else") {
    for (const char* by : {"account", "key"}) {
        World world;
        Client client(world), stranger(world);
        client.register_account();
        stranger.register_account();
        const std::string url = client.ready_order("a.test");
        const crypto::PrivateKey leaf = must(crypto::generate_key(crypto::KeyKind::kEcP256));
        const std::string csr = encode_base64(
            test::make_request("a.test", {.dns = {"a.test"}}, leaf).der, Base64::kRawUrl);
        const Told issued = client.post(url + "/finalize", R"({"csr":")" + csr + R"("})");
        REQUIRE(issued.text("status") == "valid");
        const auto blocks =
            must(parse_pem(client.post(issued.text("certificate"), "").response.body));
        const std::string payload = R"({"certificate":")" +
                                    encode_base64(blocks[0].bytes, Base64::kRawUrl) +
                                    R"(","reason":1})";
        const Told refused = stranger.post("revoke-cert", payload);
        CHECK(refused.problem() == "403 unauthorized");
        CHECK(refused.text("detail") == "No authorization provided for name a.test");
        CHECK(stranger.post("revoke-cert", payload, {.bring_key = true}).problem() ==
              "403 unauthorized");

        Client holder(world);
        holder.key = leaf.share();
        Client& who = by == std::string_view("key") ? holder : client;
        std::string wrong = payload;
        wrong.replace(wrong.size() - 2, 1, "7");
        CHECK(who.post("revoke-cert", wrong).problem() == "400 badRevocationReason");
        const Told done = who.post("revoke-cert", payload);
        CHECK(done.status() == 200);
        CHECK(done.response.body.empty());
        CHECK(who.post("revoke-cert", payload).problem() == "400 alreadyRevoked");
    }
}

TEST_CASE("renewal information is public and says when to ask again") {
    World world;
    Client client(world);
    client.register_account();
    const std::string url = client.ready_order("a.test");
    const Told issued = client.post(url + "/finalize", client.csr("a.test"));
    const auto blocks = must(parse_pem(client.post(issued.text("certificate"), "").response.body));
    const x509::Certificate leaf = must(x509::parse_certificate(blocks[0].bytes));
    const std::string id = encode_base64(*leaf.authority_key_id, Base64::kRawUrl) + "." +
                           encode_base64(leaf.serial, Base64::kRawUrl);
    const Told told = world.send("GET", "/acme/acme/renewal-info/" + id);
    CHECK(told.status() == 200);
    CHECK(told.header("Retry-After") == "21600");
    CHECK(told.response.body.starts_with(R"({"suggestedWindow":{"start":"2024-01-02T)"));
    CHECK(world.send("GET", "/acme/acme/renewal-info/AAAA.AAAA").problem() == "404 malformed");
    CHECK(world.send("GET", "/acme/acme/renewal-info/nothing").problem() == "400 malformed");
    CHECK(world.send("GET", "/acme/eab/renewal-info/" + id).problem() == "404 malformed");

    const std::string order =
        R"({"identifiers":[{"type":"dns","value":"a.test"}],"replaces":")" + id + R"("})";
    CHECK(client.post("new-order", order).text("replaces") == id);
    CHECK(client.post("new-order", order).problem() == "409 alreadyReplaced");
}

TEST_CASE("who asks too often is told how long to wait") {
    World world;
    const std::string base = "https://" + kHost + "/acme/slow/";
    Client first(world, base), second(world, base), third(world, base);
    CHECK(first.register_account().status() == 201);
    CHECK(second.register_account().status() == 201);
    const Told refused = third.register_account();
    CHECK(refused.problem() == "429 rateLimited");
    CHECK(refused.header("Retry-After") == "30");
    CHECK(!refused.header("Replay-Nonce").empty());
    CHECK(first.register_account().status() == 200);  // It exists: nothing is counted.
    world.remote = "192.0.2.2:1";
    CHECK(third.register_account().status() == 201);
    CHECK(first.order("a.test").status() == 201);
    CHECK(first.order("a.test").status() == 201);
    CHECK(first.order("a.test").problem() == "429 rateLimited");
    CHECK(second.order("a.test").status() == 201);
    world.clock.advance(std::chrono::seconds(30));
    CHECK(first.order("a.test").status() == 201);
}

TEST_CASE("whatever a POST is answered, a fresh nonce comes with it") {
    World world;
    Client client(world);
    client.register_account();
    std::set<std::string> seen;
    std::size_t asked = 0;
    for (const char* path : {"new-account", "account/x", "account/x/orders", "key-change",
                             "new-order", "order/x", "order/x/finalize", "authz/x", "challenge/x/y",
                             "challenge/x/http-01", "certificate/x", "revoke-cert"}) {
        for (const char* payload : {"", "{}", "[]", "null", "{\"", "\"x\"", "7"}) {
            for (const bool bring_key : {false, true}) {
                const Told told = client.post(path, payload, {.bring_key = bring_key});
                CHECK(told.status() != 500);
                seen.insert(told.header("Replay-Nonce"));
                ++asked;
            }
        }
        for (const std::string& body :
             {std::string(), std::string("{}"), std::string("a.b.c"), std::string(20'000, 'x')}) {
            const Told told = world.send("POST", std::string("/acme/acme/") + path, body);
            CHECK(told.status() >= 400);
            CHECK(told.status() < 500);
            seen.insert(told.header("Replay-Nonce"));
            ++asked;
        }
    }
    CHECK(seen.size() == asked);
    for (const std::string& nonce : seen) {
        CHECK(world.nonces->use(nonce));
    }
}

TEST_CASE("what has to be asked for by a signed POST is refused to GET with a problem document") {
    World world;
    for (const char* path :
         {"new-account", "account/x", "account/x/orders", "key-change", "new-order", "order/x",
          "order/x/finalize", "authz/x", "challenge/x/http-01", "certificate/x", "revoke-cert"}) {
        const Told told = world.send("GET", std::string("/acme/acme/") + path, "");
        CHECK(told.problem() == "405 malformed");
        CHECK(told.header("Allow") == "POST");
        CHECK(world.nonces->use(told.header("Replay-Nonce")));
    }
    CHECK(world.send("GET", "/acme/nobody/new-order", "").status() == 404);
}

TEST_CASE("a body above the limit of its route is refused with a problem document") {
    World world;
    const Told told = world.send("POST", "/acme/acme/new-account", std::string(17 * 1024, ' '));
    CHECK(told.problem() == "413 malformed");
    CHECK(told.text("detail") ==
          "The request message was malformed: request body is larger than 16384 bytes");
}

}  // namespace
}  // namespace step::acme
