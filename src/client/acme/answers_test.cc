// Dates from RFC 9110 5.6.7; everything else is what RFC 8555 asks of these members.
#include <doctest/doctest.h>

#include "base/time.h"
#include "client/acme/resources.h"
#include "client/acme/retry_after.h"
#include "json/parse.h"

namespace step::client::acme {
namespace {

using namespace std::chrono_literals;

json::Value value(std::string_view text) {
    return *json::parse(text);
}

}  // namespace

TEST_CASE("Retry-After is seconds or a date of three forms") {
    const SysTime now = *parse_rfc3339("1994-11-06T08:49:00Z");
    for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
        CAPTURE(date);
        CHECK(parse_retry_after(date, now) == 37s);
        CHECK(parse_retry_after(date, now + 1h) == 0s);
    }
    CHECK(parse_retry_after(" 120 ", now) == 120s);
    CHECK(parse_retry_after("0", now) == 0s);
    CHECK(parse_retry_after("99999999999", now) == 366 * 24h);
    CHECK(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", now) == 366 * 24h);
    CHECK(parse_retry_after("Sun, 06 Nov 0994 08:49:37 GMT", now) == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 9994 08:49:37 GMT", now) == 366 * 24h);
    // RFC 9110: more than 50 years ahead is the past.
    CHECK(parse_retry_after("Sunday, 06-Nov-60 08:49:37 GMT", now) == 0s);
    for (const char* bad :
         {"", "-1", "1.5", "soon", "99999999999999999999999", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 94 08:49:37 GMT", "06 Nov 1994",
          "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, 06 Nov 1994 88:49:37 GMT"}) {
        CAPTURE(bad);
        CHECK(!parse_retry_after(bad, now));
    }
}

TEST_CASE("URLs from a server are whole, of https, and short") {
    CHECK(is_usable_url("https://a.test/x?y=z"));
    CHECK(is_usable_url("https://[::1]:80/x"));
    for (const std::string& bad :
         {std::string(), std::string("/x"), std::string("file:///etc/passwd"),
          std::string("http://a.test/x"), std::string("https:///x"),
          std::string("https://a.test/\r\nX: y"), std::string("https://a.test/a b"),
          "https://a.test/" + std::string(3'000, 'x')}) {
        CAPTURE(bad);
        CHECK_FALSE(is_usable_url(bad));
    }
}

TEST_CASE("a token that could leave its folder is refused with its challenge") {
    CHECK(is_token("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"));
    for (const char* bad : {"", "../../etc/passwd", "a/b", "a.b", "a b", "a\n", "é"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_token(bad));
    }
    const auto challenge = read_challenge(value(
        R"({"type":"http-01","status":"pending","url":"https://a.test/c","token":"../../x"})"));
    REQUIRE(!challenge);
    CHECK(challenge.error().detail ==
          "error reading the challenge: its token is missing or not of the base64url alphabet");
    // A type that this client does not answer may do without.
    CHECK(read_challenge(value(R"({"type":"odd-1","status":"pending","url":"https://a.test/c"})")));
}

TEST_CASE("members that are needed are missed by name") {
    const auto order_error = [](std::string_view text) {
        const auto order = read_order(value(text));
        REQUIRE(!order);
        return order.error().detail;
    };
    CHECK(order_error("[]") == "error reading the order: it is no object but a array");
    CHECK(order_error("{}") == "error reading the order: there is no status");
    CHECK(order_error(R"({"status":"ready"})") == "error reading the order: there is no finalize");
    CHECK(order_error(R"({"status":"ready","finalize":"x"})") ==
          "error reading the order: finalize is no URL: x");
    CHECK(order_error(R"({"status":"ready","finalize":"https://a.test/f"})") ==
          "error reading the order: there is no list of authorizations");
    CHECK(order_error(R"({"status":"ready","finalize":"https://a.test/f","authorizations":[1]})") ==
          "error reading the order: an authorization has no URL");
    CHECK(order_error(R"({"status":"valid","finalize":"https://a.test/f","authorizations":[]})") ==
          "error reading the order: it is valid and there is no certificate");
    CHECK(!read_authorization(value(R"({"status":"valid","challenges":[]})")));
    CHECK(!read_authorization(value(R"({"status":"valid","identifier":{"value":"a"}})")));
}

TEST_CASE("a refusal is shown whatever it is") {
    CHECK(parse_problem("<html>\x1b[2J", 502).text() ==
          "the server answered with status 502: <html>?[2J");
    CHECK(parse_problem("", 500).text() == "the server answered with status 500: nothing");
    CHECK(parse_problem(R"({"type":"about:blank","detail":"x"})", 400).text() == "x");
    CHECK(parse_problem(R"({"type":"urn:ietf:params:acme:error:caa"})", 403).text() == "caa");
    CHECK(parse_problem(R"({"type":"https://x.test/odd","detail":7})", 403).text() ==
          "https://x.test/odd");
    const std::string endless(100'000, 'x');
    CHECK(parse_problem(R"({"detail":")" + endless + R"("})", 400).text().size() < 600);
    std::string many = R"({"type":"urn:ietf:params:acme:error:compound","subproblems":[{})";
    for (int i = 0; i < 2'000; ++i) {
        many += R"(,{"detail":"y"})";
    }
    const std::string shown = parse_problem(many + "]}", 400).text();
    CHECK(shown.starts_with("compound; no reason given; y; "));
    CHECK(shown.ends_with("; and 990 more"));
}

}  // namespace step::client::acme
