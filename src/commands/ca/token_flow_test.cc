// Payloads are those that the original's `step ca token` made: golden/token/ca-token.json, with
// its placeholders filled in for the fixed clock and random numbers of the test.
#include "commands/ca/token_flow.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "tests/support/data.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

namespace step::commands {
namespace {

using namespace std::chrono_literals;

std::string recorded(const std::string& name) {
    const auto cases = json::parse(test::data("token/ca-token.json"));
    REQUIRE(cases);
    for (const json::Value& item : *cases->as_array()) {
        if (*item.find("name")->as_string() == name) {
            return *item.find("payloadRaw")->as_string();
        }
    }
    FAIL("no such case: ", name);
    return {};
}

/// The recorded payload with the values of this test in place of the placeholders.
std::string expected(const std::string& name) {
    const test::FakeClock clock;
    test::FakeRandom random;
    const auto at = [&](int seconds) {
        return std::to_string(
            std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count() +
            seconds);
    };
    std::string text = recorded(name);
    for (const int offset : {60, 300, 360, 600, 1200}) {
        text = replace_all(text, "\"<now+" + std::to_string(offset) + ">\"", at(offset));
    }
    text = replace_all(text, "\"<now>\"", at(0));
    text = replace_all(text, "localhost:$PORT", "ca.test:9000");
    text = replace_all(text, "<hex64>", encode_hex(random.bytes(32)));
    return replace_all(text, "<root-sha256>", encode_hex(crypto::sha256("root")));
}

Result<std::string> payload(const TokenRequest& request) {
    const test::FakeClock clock;
    test::FakeRandom random;
    const bool sign = request.purpose == Purpose::kSign;
    return token_payload(request, "admin@test",
                         sign ? "https://ca.test:9000/1.0/sign" : "https://ca.test:9000/1.0/revoke",
                         encode_hex(crypto::sha256("root")), clock.now(), random);
}

TokenRequest request(std::string subject) {
    return {.subject = std::move(subject), .user = json::Object{}};
}

}  // namespace

TEST_CASE("payloads are those of the original, octet by octet") {
    CHECK(*payload(request("leaf.test")) == expected("plain"));
    CHECK(*payload(request("a<b>&\"c")) == expected("subject with html characters"));

    TokenRequest sans = request("leaf.test");
    sans.names = {"a.test", "10.0.0.1", "x@y.test", "https://u.test/p"};
    CHECK(*payload(sans) == expected("several sans"));

    TokenRequest bound = request("leaf.test");
    bound.confirmation = "AbC";
    CHECK(*payload(bound) == expected("cnf"));

    TokenRequest revoke = request("123456789");
    revoke.purpose = Purpose::kRevoke;
    CHECK(*payload(revoke) == expected("revoke"));
}

TEST_CASE("SSH tokens carry what the certificate shall say, and no names beside it") {
    const auto ssh = [](const char* subject, SshClaims claims) {
        TokenRequest made = request(subject);
        made.purpose = Purpose::kSshSign;
        made.names = {"ignored.test"};
        made.user = json::Object{};
        made.ssh = std::move(claims);
        const test::FakeClock clock;
        test::FakeRandom random;
        return *token_payload(made, "admin@test", "https://ca.test:9000/1.0/ssh/sign",
                              encode_hex(crypto::sha256("root")), clock.now(), random);
    };
    CHECK(ssh("alice@x.test", {}) == expected("ssh user"));
    CHECK(ssh("alice", {.principals = {"alice", "bob"}}) == expected("ssh user principal"));
    CHECK(ssh("h.test", {.host = true, .principals = {"h.test", "10.0.0.1"}}) ==
          expected("ssh host with principals"));
    CHECK(ssh("alice", {.valid_after = "1m0s", .valid_before = "2h0m0s"}) ==
          expected("ssh user cert times"));
}

TEST_CASE("a token is read for where it may be used") {
    const auto facts = read_token(
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJzdWIiOiJhIiwiYXVkIjpbImh0dHBzOi8vY2EvMS4wL3NpZ24iLCJ4Il0sInNoYSI6IkFCIiwic2FucyI6WyJh"
        "IiwxLCJiIl19.AAAA");
    REQUIRE_MESSAGE(facts, facts.error().detail);
    CHECK(facts->subject == "a");
    CHECK(facts->audience == "https://ca/1.0/sign");
    CHECK(facts->root_digest == "ab");
    CHECK(facts->has_names);
    CHECK(facts->names == std::vector<std::string>{"a", "b"});
    for (const char* bad : {"", "a", "a.b", "a.b.c.d", "eyJhbGciOiJFUzI1NiJ9.bm9uZQ.AAAA"}) {
        const auto refused = read_token(bad);
        REQUIRE(!refused);
        CHECK(refused.error().detail.starts_with("error parsing token: "));
    }
}

TEST_CASE("times default around each other") {
    const SysTime now = test::FakeClock().now();
    TokenRequest later = request("leaf.test");
    later.not_before = now + 60s;
    CHECK(*payload(later) == expected("not-before 60s"));
    TokenRequest longer = request("leaf.test");
    longer.not_after = now + 10min;
    CHECK(*payload(longer) == expected("not-after 10m"));
}

TEST_CASE("times that do not fit are refused with the original's words") {
    const SysTime now = test::FakeClock().now();
    const auto error = [&](std::optional<SysTime> from, std::optional<SysTime> to) {
        TokenRequest wrong = request("x");
        wrong.not_before = from;
        wrong.not_after = to;
        const auto made = payload(wrong);
        REQUIRE(!made);
        return made.error().detail;
    };
    CHECK(error(now + 31min, {}) ==
          "requested validity delay is too long: 'requested validity delay'=31m0s, 'max validity "
          "delay'=30m0s");
    CHECK(error({}, now + 5s) ==
          "requested token validity is too short: 'requested token validity'=5s, 'minimum token "
          "validity'=10s");
    CHECK(error({}, now + 2h) ==
          "requested token validity is too long: 'requested token validity'=2h0m0s, 'maximum "
          "token validity'=1h0m0s");
    CHECK(error(now + 10min, now + 1min).starts_with("nbf < exp: nbf="));
}

TEST_CASE("a provisioner is labelled by its type") {
    const auto label = [](const char* text) { return provisioner_label(*json::parse(text)); };
    CHECK(label(R"({"type":"JWK","name":"a","key":{"kid":"K"}})") == "a (JWK) [kid: K]");
    CHECK(label(R"({"type":"OIDC","name":"g","clientID":"C"})") == "g (OIDC) [client: C]");
    CHECK(label(R"({"type":"ACME","name":"acme"})") == "acme (ACME)");
}

}  // namespace step::commands
