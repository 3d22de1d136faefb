// Requests and answers as golden/api/core.json and sign.json record them; URLs as
// golden/cli/cases.json.
#include "client/ca_client.h"

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"

namespace step::client {
namespace {

struct Script final : http::Client {
    std::vector<http::Outgoing>& sent;
    std::vector<Result<http::Incoming>> answers;

    Script(std::vector<http::Outgoing>& log, std::vector<Result<http::Incoming>> list)
        : sent(log), answers(std::move(list)) {}
    Result<http::Incoming> send(const http::Outgoing& request) override {
        sent.push_back(request);
        REQUIRE(sent.size() <= answers.size());
        return answers[sent.size() - 1];
    }
};

struct World {
    test::FakeRandom random{};
    std::vector<http::Outgoing> sent{};

    CaClient client(std::vector<Result<http::Incoming>> answers) {
        sent.clear();
        return {"https://ca.test:9000", std::make_unique<Script>(sent, std::move(answers)), random};
    }
};

http::Incoming answer(int status, std::string body) {
    return {.status = status, .body = std::move(body)};
}

}  // namespace

TEST_CASE("every request names us and carries a fresh id") {
    World world;
    auto client =
        world.client({answer(200, R"({"status":"ok"})"), answer(200, R"({"status":"ok"})")});
    CHECK(*client.health() == "ok");
    CHECK(client.health());
    CHECK(world.sent[0].url == "https://ca.test:9000/health");
    CHECK(http::find_header(world.sent[0].headers, "User-Agent").starts_with("step++ CLI/"));
    const auto id = http::find_header(world.sent[0].headers, "X-Request-Id");
    CHECK(id.size() == 36);
    CHECK(id != http::find_header(world.sent[1].headers, "X-Request-Id"));
}

TEST_CASE("a refusal is the CA's message with its status as code") {
    World world;
    auto client = world.client({answer(401, R"({"status":401,"message":"The request lacked it."})"),
                                answer(404, "<html>")});
    auto refused = client.health();
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kUnauthenticated);
    CHECK(refused.error().detail == "The request lacked it.");
    CHECK(refused.error().has_reason(kAnsweredByCa));
    refused = client.health();
    REQUIRE(!refused);
    CHECK(refused.error().detail.starts_with(
        "failed decoding CA error response: invalid character '<'"));
}

TEST_CASE("the words of a refusal cannot steer a terminal") {
    World world;
    auto client = world.client({answer(403, R"({"message":"no\u001b]0;x\u0007 \u009b2J"})")});
    CHECK(client.health().error().detail == "no?]0;x? ?2J");
}

TEST_CASE("a transport failure names the request") {
    World world;
    auto client =
        world.client({Error{.code = Code::kUnavailable,
                            .detail = "dial tcp 127.0.0.1:1: connect: connection refused"}});
    CHECK(client.renew().error().detail ==
          "client POST https://ca.test:9000/renew failed: dial tcp 127.0.0.1:1: connect: "
          "connection refused");
}

TEST_CASE(
    "404 and 501 at /admin/admins say that there is no remote management, 401 that there is") {
    World world;
    auto client = world.client({answer(404, "404 page not found\n"), answer(501, "{}"),
                                answer(401, R"({"type":"unauthorized"})"), answer(500, "{}"),
                                answer(200, "{}"),
                                Error{.code = Code::kUnavailable, .reason = http::kNoConnection}});
    CHECK(*client.remote_management() == false);
    CHECK(*client.remote_management() == false);
    CHECK(*client.remote_management() == true);
    CHECK(world.sent[0].url == "https://ca.test:9000/admin/admins");
    CHECK(!client.remote_management());
    CHECK(!client.remote_management());
    const auto alone = client.remote_management();
    REQUIRE(!alone);
    CHECK(alone.error().has_reason(http::kNoConnection));
}

TEST_CASE("provisioners are read page by page, in order") {
    World world;
    auto client = world.client({answer(200, R"({"provisioners":[{"name":"a"}],"nextCursor":"x1"})"),
                                answer(200, R"({"provisioners":[{"name":"b"}],"nextCursor":""})")});
    const auto all = client.provisioners();
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK(*(*all)[1].find("name")->as_string() == "b");
    CHECK(world.sent[0].url == "https://ca.test:9000/provisioners?limit=100");
    CHECK(world.sent[1].url == "https://ca.test:9000/provisioners?cursor=x1&limit=100");
}

TEST_CASE("a list of provisioners that has no end is given up, whether it repeats itself or not") {
    World world;
    auto client = world.client(
        {answer(200, R"({"nextCursor":"x1"})"), answer(200, R"({"nextCursor":"x1"})")});
    CHECK(!client.provisioners());
    CHECK(world.sent.size() == 2);
    std::vector<Result<http::Incoming>> pages;
    for (int i = 0; i < 20; ++i) {
        pages.emplace_back(answer(
            200, R"({"nextCursor":")" + std::to_string(i) + R"("})" + std::string(1 << 20, ' ')));
    }
    auto endless = world.client(std::move(pages));
    CHECK(!endless.provisioners());
    CHECK(world.sent.size() == 16);
}

TEST_CASE("what is not a certificate is not handed on") {
    World world;
    auto client = world.client({answer(201, R"({"crt":"x","ca":"y"})"),
                                answer(200, R"({"ca":"x"})"), answer(200, R"({"crts":["x"]})")});
    CHECK(!client.sign({}));
    CHECK(!client.root("00"));
    CHECK(!client.roots());
}

TEST_CASE("a sign request leaves out what was not asked for") {
    World world;
    auto client = world.client({answer(400, "{}"), answer(400, "{}")});
    CHECK(!client.sign({.csr_pem = "C", .token = "T"}));
    CHECK(world.sent[0].body == R"({"csr":"C","ott":"T"})");
    CHECK(!client.sign({.csr_pem = "C",
                        .token = "T",
                        .not_before = "1m",
                        .not_after = "1h",
                        .template_data = json::Object{{.name = "a", .value = 1}}}));
    CHECK(world.sent[1].body ==
          R"({"csr":"C","ott":"T","notAfter":"1h","notBefore":"1m","templateData":{"a":1}})");
}

TEST_CASE("a CA address is an https address without its path") {
    CHECK(*parse_ca_url("ca.test") == "https://ca.test");
    CHECK(*parse_ca_url("127.0.0.1:1") == "https://127.0.0.1:1");
    CHECK(*parse_ca_url("https://127.0.0.1:1/path?x") == "https://127.0.0.1:1");
    CHECK(*parse_ca_url("[::1]:9000") == "https://[::1]:9000");
    CHECK(*parse_ca_url("::1") == "https://[::1]");
    CHECK(parse_ca_url("http://127.0.0.1:1").error().detail == "must have https scheme");
    CHECK(!parse_ca_url("https://"));
    CHECK(!parse_ca_url("https://a b"));
}

}  // namespace step::client
