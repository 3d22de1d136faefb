// Text, time, addresses and URIs against Go.
#include "base/text.h"

#include <doctest/doctest.h>

#include "base/html.h"
#include "base/ip.h"
#include "base/time.h"
#include "base/time_quote.h"
#include "base/uri.h"
#include "tests/support/vec.h"

namespace step {
namespace {

TEST_CASE("what package time of Go could not read is quoted octet by octet") {
    CHECK(quote_for_time("a\t\"é\\\x7f") == "\"a\\x09\\\"\\xc3\\xa9\\\\\x7f\"");
}

TEST_CASE("quote writes Go's %q") {
    for (const auto& row : test::vectors("base/quotes.vec")) {
        CHECK(quote(row[0]) == row[1]);
    }
}

TEST_CASE("what HTML would take for markup is escaped as html.EscapeString does") {
    CHECK(escape_html("<a href=\"x\">Tom & 'Jerry'</a>") ==
          "&lt;a href=&#34;x&#34;&gt;Tom &amp; &#39;Jerry&#39;&lt;/a&gt;");
    CHECK(escape_html("plain \xc3\xbc \xff") == "plain \xc3\xbc \xff");
}

TEST_CASE("trim takes off what Go calls space, whole characters only") {
    CHECK(trim_right("a \t\r\n\v\f\xc2\x85\xc2\xa0\xe2\x80\xa8\xe3\x80\x80") == "a");
    CHECK(trim_right(" a\xe2\x82\xac") == " a\xe2\x82\xac");
    CHECK(trim("\xc2\xa0 a ") == "a");
    CHECK(trim(" ").empty());
}

TEST_CASE("UTF-8 refuses surrogates, overlong forms and cut-off characters") {
    CHECK(is_utf8("a\xc3\xa9\xf0\x9f\x98\x80"));
    for (const char* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
        CHECK(!is_utf8(bad));
    }
}

TEST_CASE("split keeps empty parts") {
    CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string>{""});
}

TEST_CASE("durations read and print as in Go, errors word for word") {
    for (const auto& row : test::vectors("base/durations.vec")) {
        CAPTURE(row[0]);
        const auto parsed = parse_duration(row[0]);
        CHECK(static_cast<bool>(parsed) == row[2].empty());
        if (parsed) {
            CHECK(format_duration(*parsed) == row[1]);
        } else {
            CHECK(parsed.error().detail == row[2]);
        }
    }
}

TEST_CASE("RFC 3339 times read and print as in Go") {
    for (const auto& row : test::vectors("base/times.vec")) {
        CAPTURE(row[0]);
        const auto parsed = parse_rfc3339(row[0]);
        CHECK(static_cast<bool>(parsed) == (row[1] == "1"));
        if (parsed) {
            CHECK(format_rfc3339(*parsed) == row[2]);
            CHECK(format_go_time(*parsed) == row[3]);
            CHECK(format_http_date(*parsed) == row[4]);
        }
    }
}

TEST_CASE("addresses are those that Go's ParseIP takes, printed as Go prints them") {
    for (const auto& row : test::vectors("base/ips.vec")) {
        CAPTURE(row[0]);
        const auto octets = parse_ip(row[0]);
        CHECK(octets.has_value() == !row[1].empty());
        if (octets) {
            CHECK(format_ip(*octets) == row[1]);
        }
    }
}

TEST_CASE("host and port come apart at the last colon, brackets off") {
    CHECK(split_host_port("[::1]:80")->host == "::1");
    CHECK(split_host_port(":80")->host.empty());
    for (const char* bad : {"a", "::1", "[::1]", "a:b:c", "[a]b:1", "a]:1"}) {
        CAPTURE(bad);
        CHECK(!split_host_port(bad));
    }
    CHECK(join_host_port("::1", "80") == "[::1]:80");
}

TEST_CASE("URIs come apart and together as in Go's net/url") {
    for (const auto& row : test::vectors("base/uris.vec")) {
        CAPTURE(row[0]);
        const auto uri = parse_uri(row[0]);
        REQUIRE(static_cast<bool>(uri) == (row[6] != "error"));
        if (uri) {
            CHECK(uri->scheme == row[1]);
            CHECK(uri->host == row[2]);
            CHECK(uri->hostname() == row[3]);
            CHECK(uri->port() == row[4]);
            CHECK(uri->path == row[5]);
            CHECK(format_uri(*uri) == row[6]);
        }
    }
}

TEST_CASE("a query gives the first value of a name, decoded") {
    CHECK(query_value("a=1&a=2&b=x%20y+z", "a") == "1");
    CHECK(query_value("a=1&b=x%20y+z", "b") == "x y z");
    CHECK(query_value("a", "a").empty());
    CHECK(query_value("a=%zz", "a").empty());
}

}  // namespace
TEST_CASE("control characters of strangers are shown as question marks, in UTF-8 too") {
    CHECK(printable("a\x1b[2J\x7f\n\xc2\x9b"
                    "b \xc3\xa9\xc2\xa9\xc2") == "a?[2J???b \xc3\xa9\xc2\xa9\xc2");
}

}  // namespace step
