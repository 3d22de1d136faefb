#include "challenge/identifier.h"

#include <doctest/doctest.h>

#include "base/ip.h"

namespace step::challenge {
namespace {

TEST_CASE("a DNS identifier is a host name") {
    for (const std::string_view name :
         {"example.test", "a", "localhost", "xn--bcher-kva.test", "_dmarc.example.test", "1.test",
          "A-b.C", "a.b.c.d.e.f", "3com.test", "0xcafe.test", "a.1x"}) {
        CAPTURE(name);
        CHECK(check_dns_identifier(name));
    }
    CHECK(check_dns_identifier(std::string(63, 'a') + ".test"));
}

TEST_CASE("an IP address is no DNS identifier, however it is written") {
    for (const std::string_view name :
         {"127.0.0.1", "::1", "[::1]", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
          "127.0.0.0x1", "1.2.3.4.5", "test.1", "0x", "::ffff:127.0.0.1", "fe80::1%eth0"}) {
        CAPTURE(name);
        CHECK_FALSE(check_dns_identifier(name));
    }
    CHECK(check_dns_identifier("127.0.0.1").error().detail ==
          R"("127.0.0.1" is no DNS name: it is an IP address)");
}

TEST_CASE("what could steer a URL, a resolver or a log is no DNS identifier") {
    using namespace std::string_view_literals;
    for (const std::string_view name :
         {""sv, "."sv, "a..test"sv, ".test"sv, "test."sv, "*.test"sv, "a b.test"sv, "a/b"sv,
          "a@b.test"sv, "a:80"sv, "a?b"sv, "a#b"sv, "a%2e"sv, "a\r\nb"sv, "a\0b.test"sv,
          "b\xc3\xbc.test"sv, "a\\b"sv}) {
        CAPTURE(name);
        CHECK_FALSE(check_dns_identifier(name));
    }
    CHECK_FALSE(check_dns_identifier(std::string(64, 'a') + ".test"));
    std::string longest;
    while (longest.size() < 250) {
        longest += "abcd.";
    }
    CHECK(check_dns_identifier(longest + "abc"));
    CHECK_FALSE(check_dns_identifier(longest + "abcd"));
}

TEST_CASE("addresses are asked for by their reverse name, without a dot at the end") {
    // RFC 8738 6 and RFC 3596 2.5.
    CHECK(reverse_name(*parse_ip("192.0.2.1")) == "1.2.0.192.in-addr.arpa");
    CHECK(reverse_name(*parse_ip("4321:0:1:2:3:4:567:89ab")) ==
          "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

}  // namespace
}  // namespace step::challenge
