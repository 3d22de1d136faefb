#include "app/in_process.h"

#include <doctest/doctest.h>

#include "app/app_test_world.h"

namespace step::app {
namespace {

using namespace std::chrono_literals;

struct Inside : World {
    std::shared_ptr<App> shared{};
    Inside() {
        REQUIRE(open(config_text()) == "ok");
        shared = std::move(app);
    }

    Result<std::unique_ptr<http::Client>> connect(std::vector<Bytes> chain = {}) {
        return connect_in_process(shared, std::move(chain), {clock, random, log});
    }

    http::Incoming send(const std::string& method, const std::string& url,
                        const std::string& body = "", std::vector<Bytes> chain = {}) {
        const auto client = connect(std::move(chain));
        REQUIRE_MESSAGE(client, (client ? "" : client.error().detail));
        auto answer = (*client)->send(
            {.method = method, .url = url, .body = body, .max_body = std::size_t{1} << 20});
        REQUIRE(answer);
        return *std::move(answer);
    }

    std::string sign_body(const std::string& token) const {
        x509::CsrDraft draft;
        draft.subject = x509::to_name({.common_name = "leaf.test"});
        draft.names.dns = {"leaf.test"};
        return json::encode(json::Object{
            {"csr", encode_pem("CERTIFICATE REQUEST", *x509::make_csr(draft, leaf_key))},
            {"ott", token}});
    }

    x509::Certificate issue() {
        const auto answer =
            send("POST", "https://ca.test/sign", sign_body(token("leaf.test", "/sign")));
        return leaf_of({.status = answer.status, .body = answer.body});
    }
};

TEST_CASE("a request in this process is answered by the routes of the server") {
    Inside world;
    const auto health = world.send("GET", "https://ca.test/health");
    CHECK(health.status == 200);
    CHECK(health.body == "{\"status\":\"ok\"}\n");
    const auto page = world.send("GET", "https://ca.test/provisioners?limit=1");
    CHECK(page.body.find("admin@test") != std::string::npos);
    CHECK(world.send("GET", "https://ca.test").status == 404);
    CHECK(world.send("GET", "https://ca.test/nowhere").status == 404);
    CHECK(world.send("DELETE", "https://ca.test/health").status == 405);
}

TEST_CASE(
    "a body above the limit of its route is refused, and so is an answer above the caller's") {
    Inside world;
    CHECK(world.send("POST", "https://ca.test/sign", std::string(2 << 20, ' ')).status == 413);
    const auto client = world.connect();
    REQUIRE(client);
    const auto answer = (*client)->send({.url = "https://ca.test/roots", .max_body = 10});
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::kTooLarge);
}

TEST_CASE("a token works once, and the log says why not twice") {
    Inside world;
    const std::string body = world.sign_body(world.token("leaf.test", "/sign"));
    CHECK(world.send("POST", "https://ca.test/sign", body).status == 201);
    CHECK(world.log.lines.empty());
    CHECK(world.send("POST", "https://ca.test/sign", body).status == 401);
    REQUIRE(world.log.lines.size() == 1);
    CHECK(world.log.lines.front().find("token already used") != std::string::npos);
}

TEST_CASE("the client certificate counts as it would over TLS") {
    Inside world;
    const x509::Certificate leaf = world.issue();
    CHECK(world.send("POST", "https://ca.test/renew", "", {leaf.der}).status == 201);
    CHECK(world.send("POST", "https://ca.test/renew").status == 400);

    world.clock.advance(25h);
    const auto expired = world.connect({leaf.der});
    REQUIRE(!expired);
    CHECK(expired.error().code == Code::kUnauthenticated);
    CHECK(expired.error().detail.find("has expired or is not yet valid") != std::string::npos);
}

TEST_CASE("a certificate of another authority is no client certificate") {
    Inside world;
    Inside other;
    const auto stranger = world.connect({other.issue().der});
    REQUIRE(!stranger);
    CHECK(stranger.error().detail.starts_with("x509: certificate signed by unknown authority"));
    CHECK(!world.connect({"garbage"}));
}

}  // namespace
}  // namespace step::app
