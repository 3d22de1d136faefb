// The server's part is that of RFC 8555 7, played by acme_test_world.h; the words are those of
// smallstep/cli v0.30 where it has any.
#include "client/acme/issue.h"

#include "client/acme/acme_test_world.h"

namespace step::client::acme {
namespace {

using test::FakeServer, test::World;
using namespace std::chrono_literals;

http::Headers later(const std::string& value) {
    return {{"Retry-After", value}};
}

}  // namespace

TEST_CASE("a certificate is ordered, proven, finalized and fetched, and each step is told") {
    World world;
    const auto chain = world.issue();
    REQUIRE_MESSAGE(chain, chain.error().detail);
    CHECK(*chain == world.leaf);
    CHECK(world.told ==
          "Using Standalone Mode HTTP challenge to validate a.test . done!\n"
          "Waiting for Order to be 'ready' for finalization .. done!\n"
          "Finalizing Order .. done!\n");
    CHECK(world.server.last("/account").payload ==
          R"({"contact":["mailto:a@b.test"],"termsOfServiceAgreed":true})");
    CHECK(world.server.last("/new-order").payload ==
          R"({"identifiers":[{"type":"dns","value":"a.test"}]})");
    CHECK(world.server.last("/authz").payload.empty());
    CHECK(world.server.last("/challenge").payload == "{}");
    CHECK(world.server.last("/finalize").payload == R"({"csr":"Y3Ny"})");
    CHECK(world.server.times("/nonce") == 1);
    CHECK(world.answers.shown.empty());
    const auto account = *world.file().load();
    CHECK(world.answers.ever.at("tok-1_A") ==
          "tok-1_A." + jose::thumbprint(account->key.public_key()));
    CHECK(account->url == FakeServer::url("/account/1"));
}

TEST_CASE("the times of a wish are sent, and absent ones are not") {
    World world;
    auto session = world.open();
    REQUIRE(session);
    Issue issue({.session = *session,
                 .answers = world.answers,
                 .clock = world.clock,
                 .pause = [](Duration) { return ok(); },
                 .tell = [](std::string_view) {}});
    Wish wish = world.wish();
    wish.not_after = world.clock.now() + 1h;
    REQUIRE(issue.run(wish, world.file()));
    CHECK(world.server.last("/new-order").payload ==
          R"({"identifiers":[{"type":"dns","value":"a.test"}],"notAfter":"2024-01-02T04:04:05Z"})");
}

TEST_CASE("an account is made once and used again") {
    World world;
    REQUIRE(world.issue());
    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {World::order("ready"), World::order("valid")});
    REQUIRE(world.issue());
    CHECK(world.server.times("/account") == 1);
}

TEST_CASE("an account that the server does not know any more is made anew with the same key") {
    World world;
    REQUIRE(world.issue());
    const auto before = *world.file().load();
    world.server.accounts.clear();
    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {World::order("ready"), World::order("valid")});
    REQUIRE(world.issue());
    const auto after = *world.file().load();
    CHECK(world.server.times("/account") == 2);
    CHECK(after->key.public_key() == before->key.public_key());
}

TEST_CASE("an account that is shut for good gives way to one with another key") {
    World world;
    REQUIRE(world.issue());
    const auto before = *world.file().load();
    world.server.says("/new-order",
                      {FakeServer::problem(401, "unauthorized", "deactivated"),
                       FakeServer::problem(401, "unauthorized", "deactivated"),
                       World::order("ready", {{"Location", FakeServer::url("/order")}}, 201)});
    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {World::order("ready"), World::order("valid")});
    REQUIRE(world.issue());
    const auto after = *world.file().load();
    CHECK_FALSE(after->key.public_key() == before->key.public_key());
    CHECK(after->url == FakeServer::url("/account/3"));
}

TEST_CASE("a server that refuses every account is asked no more than three times") {
    World world;
    REQUIRE(world.issue());
    world.server.says("/new-order", {FakeServer::problem(403, "unauthorized", "go away")});
    CHECK(world.failure() == "error creating new ACME order: go away (unauthorized)");
    CHECK(world.server.times("/account") == 3);
}

TEST_CASE("a stale nonce is followed by a fresh one, ten times and no more") {
    World world;
    world.server.bad_nonces = 9;
    REQUIRE(world.issue());
    world.server.bad_nonces = 10;
    CHECK(world.failure() == "error creating new ACME order: No. (badNonce)");
    CHECK(world.server.times("/nonce") == 2);
}

TEST_CASE("a server without nonces is refused") {
    World world;
    world.server.gives_nonces = false;
    CHECK(world.failure() ==
          "error initializing ACME client with server https://acme.test/dir: the server gives no "
          "usable nonce at https://acme.test/nonce");
}

TEST_CASE(
    "Retry-After says how long to wait, as seconds or as a date; less than a second does not") {
    World world;
    world.server.says("/challenge", {FakeServer::answer(200, "{}", later("3"))});
    world.server.says(
        "/authz",
        {World::authz("pending"), World::authz("pending", "processing", "", later("7")),
         World::authz("pending", "processing", "", later("0")),
         World::authz("pending", "processing", "", later("soon")), World::authz("valid")});
    world.server.says("/order", {World::order("processing", later("Tue, 02 Jan 2024 03:05:05 GMT")),
                                 World::order("ready"), World::order("valid")});
    REQUIRE(world.issue());
    REQUIRE(world.waits.size() == 5);
    CHECK(world.waits[0] == 100ms);
    CHECK(world.waits[1] == 7s);
    CHECK(world.waits[2] == 500ms);
    CHECK(world.waits[3] == 1s);
    // A minute after the start, less what was waited before.
    CHECK(world.waits[4] == 51400ms);
    CHECK(world.told.starts_with(
        "Using Standalone Mode HTTP challenge to validate a.test .... done!\n"));
}

TEST_CASE("the first look comes soon; what the answer to the challenge said counts behind it") {
    World world;
    world.server.says("/challenge", {FakeServer::answer(200, "{}", later("3"))});
    REQUIRE(world.issue());
    CHECK(world.waits == std::vector<Duration>{100ms});

    world.waits.clear();
    world.server.says("/authz", {World::authz("pending"), World::authz("pending", "processing"),
                                 World::authz("pending", "processing"), World::authz("valid")});
    world.server.says("/order", {World::order("ready"), World::order("valid")});
    REQUIRE(world.issue());
    CHECK(world.waits == std::vector<Duration>{100ms, 3s, 500ms});
}

TEST_CASE("a server that is not done in ten minutes, or will not be, is given up") {
    World world;
    world.server.says("/authz", {World::authz("pending"), World::authz("pending", "processing")});
    const std::string patience = world.failure();
    CHECK(patience.starts_with("the server is not done; the next look would be in 5s"));
    CHECK(world.told.ends_with(". Error!\n\n"));
    CHECK(world.clock.ticks < 10min);

    world.server.says("/authz", {World::authz("pending", "processing", "", later("86400"))});
    world.server.says("/challenge", {FakeServer::answer(200, "{}", later("86400"))});
    CHECK(world.failure().starts_with("the server is not done; the next look would be in 24h"));
}

TEST_CASE("what a busy server puts off with a Retry-After is asked again") {
    World world;
    auto busy = FakeServer::problem(503, "serverInternal");
    busy.headers.emplace_back("Retry-After", "2");
    world.server.says("/order", {busy, World::order("ready"), World::order("valid")});
    REQUIRE(world.issue());
    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {FakeServer::problem(503, "serverInternal", "down")});
    CHECK(world.failure() ==
          "error retrieving order https://acme.test/order: down (serverInternal)");
}

TEST_CASE("a challenge that the server gave up for now is sent again, at most every five seconds") {
    World world;
    const std::string failed = R"(,"error":{"type":"urn:ietf:params:acme:error:connection"})";
    world.server.says(
        "/authz", {World::authz("pending"), World::authz("pending", "pending", failed, later("2")),
                   World::authz("pending", "pending", failed, later("2")),
                   World::authz("pending", "pending", failed, later("2")),
                   World::authz("pending", "pending", failed, later("2")), World::authz("valid")});
    REQUIRE(world.issue());
    CHECK(world.server.times("/challenge") == 2);
}

TEST_CASE("all names are asked for before the first is waited for") {
    World world;
    const auto second = [](const std::string& status) {
        http::Incoming answer = World::authz(status);
        answer.body = replace_all(answer.body, "/challenge", "/challenge-2");
        answer.body = replace_all(answer.body, "tok-1_A", "tok-2");
        answer.body = replace_all(answer.body, "a.test\"}", "b.test\"}");
        return answer;
    };
    auto order = World::order("pending", {{"Location", FakeServer::url("/order")}}, 201);
    order.body = replace_all(order.body, "\"https://acme.test/authz\"",
                             "\"https://acme.test/authz\",\"https://acme.test/authz-2\"");
    world.server.says("/new-order", {order});
    world.server.says("/authz-2", {second("pending"), second("valid")});
    world.server.says("/challenge", {FakeServer::answer(200, "{}", later("3"))});
    world.server.says("/challenge-2", {FakeServer::answer(200, "{}", later("3"))});
    REQUIRE(world.issue());
    CHECK(world.waits == std::vector<Duration>{100ms});
    CHECK(world.told.starts_with(
        "Using Standalone Mode HTTP challenge to validate a.test . done!\n"
        "Using Standalone Mode HTTP challenge to validate b.test . done!\n"));
    CHECK(world.answers.ever.size() == 2);
    CHECK(world.answers.shown.empty());

    world.server.says("/authz", {World::authz("pending"), World::authz("invalid", "invalid")});
    world.server.says("/authz-2", {second("pending")});
    world.server.says("/order", {World::order("ready")});
    CHECK(world.failure() ==
          "Unable to validate challenge: the authorization for a.test is invalid");
}

TEST_CASE("a server that keeps saying what is wrong is believed after a minute") {
    World world;
    world.server.says("/authz", {World::authz("pending"),
                                 World::authz("pending", "processing",
                                              R"(,"error":{"detail":"nobody listens"})")});
    CHECK(world.failure() == "Unable to validate challenge: nobody listens");
    CHECK(world.clock.ticks >= 60s);
    CHECK(world.clock.ticks < 70s);
}

TEST_CASE("a challenge that is under way already is shown and not sent") {
    World world;
    world.server.says("/authz", {World::authz("pending", "processing"), World::authz("valid")});
    REQUIRE(world.issue());
    CHECK(world.server.times("/challenge") == 0);
    CHECK(world.answers.ever.size() == 1);
}

TEST_CASE("an authorization that is valid needs no challenge") {
    World world;
    world.server.says("/authz", {World::authz("valid")});
    REQUIRE(world.issue());
    CHECK(world.answers.ever.empty());
    CHECK(world.told.starts_with("Waiting for Order"));
}

TEST_CASE("why a challenge failed is said with its sub-problems") {
    World world;
    world.server.says(
        "/authz",
        {World::authz("pending"),
         World::authz(
             "invalid", "invalid",
             R"(,"error":{"type":"urn:ietf:params:acme:error:compound","detail":"two things",)"
             R"("subproblems":[{"type":"urn:ietf:params:acme:error:caa","detail":"no\u001b[2J",)"
             R"("identifier":{"type":"dns","value":"a.test"}},{"detail":"x"}]})")});
    CHECK(world.failure() ==
          "Unable to validate challenge: two things (compound); a.test: no?[2J (caa); x");
    CHECK(world.told.ends_with(" . Error!\n\n"));
}

TEST_CASE("a name that cannot be proven by http-01, or not any more, ends the order") {
    World world;
    world.server.says(
        "/authz", {FakeServer::answer(
                      200, R"({"status":"pending","identifier":{"type":"dns","value":"a.test"},)"
                           R"("wildcard":true,"challenges":[]})")});
    CHECK(world.failure() == "unable to validate any challenges for identifier: *.a.test");
    world.server.says("/authz", {World::authz("expired", "pending")});
    CHECK(world.failure() ==
          "Unable to validate challenge: the authorization for a.test is expired");
    CHECK(world.answers.ever.empty());
}

TEST_CASE("an order that turns invalid is told with the server's reason") {
    World world;
    const std::string why =
        R"(,"error":{"type":"urn:ietf:params:acme:error:badCSR","detail":"too short"})";
    world.server.says("/order", {World::order("invalid", {}, 200, why)});
    CHECK(world.failure() == "Unable to validate order: it is invalid: too short (badCSR)");
    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {World::order("ready"), World::order("invalid", {}, 200, why)});
    CHECK(world.failure() == "Unable to finalize order: it is invalid: too short (badCSR)");
    CHECK(world.told.ends_with("Finalizing Order .. Error!\n\n"));
}

TEST_CASE("finalize may answer at once, or be refused") {
    World world;
    world.server.says("/finalize", {World::order("valid")});
    REQUIRE(world.issue());
    CHECK(world.server.times("/order") == 1);
    CHECK(world.told.ends_with("Finalizing Order .. done!\n"));

    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {World::order("ready")});
    world.server.says("/finalize", {FakeServer::problem(403, "badCSR", "too short")});
    CHECK(world.failure() == "error finalizing order: too short (badCSR)");
}

TEST_CASE("an order that was finalized by a request whose answer got lost is not finalized again") {
    World world;
    world.server.says("/finalize", {FakeServer::problem(403, "orderNotReady", "it is processing")});
    world.server.says("/order",
                      {World::order("ready"), World::order("processing"), World::order("valid")});
    REQUIRE(world.issue());
    CHECK(world.server.times("/finalize") == 1);

    world.server.says("/authz", {World::authz("valid")});
    world.server.says("/order", {World::order("ready"), World::order("invalid")});
    CHECK(world.failure() == "error finalizing order: it is processing (orderNotReady)");
}

TEST_CASE("who is asked to come back later is told when") {
    World world;
    auto limited = FakeServer::problem(429, "rateLimited", "too many");
    limited.headers.emplace_back("Retry-After", "90");
    world.server.says("/new-order", {limited});
    CHECK(world.failure() ==
          "error creating new ACME order: too many (rateLimited); try again in 1m30s");
}

TEST_CASE("answers without a Location are refused") {
    World world;
    world.server.says("/new-order", {World::order("pending")});
    CHECK(world.failure() == "error creating new ACME order: the answer has no Location");
    World other;
    other.server.says("/account", {FakeServer::answer(201, "{}", {{"Location", "ftp://x"}})});
    CHECK(other.failure() ==
          "error initializing ACME client with server https://acme.test/dir: error reading the "
          "account: the answer has no Location");
}

TEST_CASE("a certificate of the wrong type, for another key or that cannot be read is refused") {
    World world;
    const auto sends = [&](const std::string& body, const std::string& type) {
        world.server.says("/cert", {FakeServer::answer(200, body, {{"Content-Type", type}})});
        world.server.says("/authz", {World::authz("valid")});
        world.server.says("/order", {World::order("ready"), World::order("valid")});
    };
    const std::string right = "application/pem-certificate-chain";
    sends(world.leaf, right + "; charset=utf-8");
    REQUIRE(world.issue());
    sends(world.leaf, "text/html");
    CHECK(world.failure() ==
          "error getting certificate: its content type is 'text/html', not "
          "application/pem-certificate-chain");
    sends("nothing", right);
    CHECK(world.failure().starts_with("error getting certificate: "));
    sends(World::certificate(*crypto::generate_key(crypto::KeyKind::kEcP256)), right);
    CHECK(world.failure() == "error getting certificate: it was made for another key");
    sends(std::string(std::size_t{2} << 20, 'x'), right);
    CHECK(world.failure().find("too large") != std::string::npos);
}

TEST_CASE("an interruption takes the answer to a challenge back") {
    World world;
    world.interrupted = true;
    CHECK(world.failure() == "interrupted");
    CHECK(world.answers.ever.size() == 1);
}

TEST_CASE("a directory that cannot be had is said with its address") {
    World world;
    CHECK(world.open("bogus").error().detail ==
          "client GET bogus failed: Get \"bogus\": unsupported protocol scheme \"\"");
    CHECK(!world.open("https://"));
    CHECK(world.open("http://acme.test/dir").error().detail ==
          "client GET http://acme.test/dir failed: ACME needs an https URL");
    world.server.says("/dir", {FakeServer::answer(404, "404 page not found\n")});
    CHECK(world.open().error().detail == "the server answered with status 404: 404 page not found");
    world.server.says("/dir", {FakeServer::answer(200, "<html>")});
    CHECK(world.open().error().detail.starts_with("the answer of the server is no JSON: "));
    world.server.says("/dir", {FakeServer::answer(200, R"({"newNonce":"https://a.test/n"})")});
    CHECK(world.open().error().detail == "error reading the directory: there is no newAccount");
}

}  // namespace step::client::acme
