#include "x509/constraints.h"

#include <doctest/doctest.h>

#include "base/ip.h"

namespace step::x509 {
namespace {

std::string verdict(const AltNames& names, const std::vector<NameConstraints>& chain) {
    const Status status = check_constraints(names, chain);
    if (!status) {
        CHECK(status.error().code == Code::kForbidden);
        return status.error().detail;
    }
    return "";
}

Bytes range(const char* ip, const char* mask) {
    return *parse_ip(ip) + *parse_ip(mask);
}

/// The CA of api/name-constraints.json in the golden data.
const NameConstraints& golden() {
    static const NameConstraints kGolden{.permitted = {.dns = {"ok.test"},
                                                       .emails = {"ok.test"},
                                                       .ips = {range("10.0.0.0", "255.0.0.0")},
                                                       .uris = {".ok.test"}},
                                         .excluded = {.dns = {"bad.ok.test"}}};
    return kGolden;
}

TEST_CASE("the recorded answers about name constraints") {
    const auto dns = [](std::string name) {
        return verdict({.dns = {std::move(name)}}, {golden()});
    };
    CHECK(dns("a.ok.test").empty());
    CHECK(dns("a.b.ok.test").empty());
    CHECK(dns("ok.test").empty());
    CHECK(dns("*.ok.test").empty());
    CHECK(dns("x.bad.ok.test") ==
          "DNS name \"x.bad.ok.test\" is excluded by constraint \"bad.ok.test\"");
    CHECK(dns("a.test") == "DNS name \"a.test\" is not permitted by any constraint");
    CHECK(verdict({.ips = {*parse_ip("10.1.1.1")}}, {golden()}).empty());
    CHECK(verdict({.ips = {*parse_ip("192.168.0.1")}}, {golden()}) ==
          "IP address \"192.168.0.1\" is not permitted by any constraint");
    CHECK(verdict({.emails = {"a@ok.test"}}, {golden()}).empty());
    CHECK(verdict({.emails = {"a@other.test"}}, {golden()}) ==
          "Email address \"a@other.test\" is not permitted by any constraint");
    CHECK(verdict({.uris = {"https://a.ok.test/"}}, {golden()}).empty());
    CHECK(verdict({.uris = {"https://other.test/"}}, {golden()}) ==
          "URI \"https://other.test/\" is not permitted by any constraint");
}

TEST_CASE("labels match whole and without regard to case") {
    const NameConstraints constraints{.permitted = {.dns = {"OK.test"}}};
    CHECK(verdict({.dns = {"a.ok.TEST"}}, {constraints}).empty());
    CHECK(!verdict({.dns = {"aok.test"}}, {constraints}).empty());
    CHECK(verdict({.dns = {"a..ok.test"}}, {constraints}) ==
          "internal error: cannot parse domain \"a..ok.test\"");
    const NameConstraints below{.permitted = {.dns = {".ok.test"}}};
    CHECK(verdict({.dns = {"a.ok.test"}}, {below}).empty());
    CHECK(!verdict({.dns = {"ok.test"}}, {below}).empty());
    const NameConstraints nothing_excluded_but_all{.excluded = {.dns = {""}}};
    CHECK(verdict({.dns = {"a.test"}}, {nothing_excluded_but_all}) ==
          "DNS name \"a.test\" is excluded by constraint \"\"");
}

TEST_CASE("each CA of a chain must permit: the intersection") {
    const NameConstraints a{.permitted = {.dns = {"a.test"}}};
    const NameConstraints b{.permitted = {.dns = {"b.a.test"}}};
    CHECK(verdict({.dns = {"x.b.a.test"}}, {a, b}).empty());
    CHECK(!verdict({.dns = {"x.a.test"}}, {a, b}).empty());
    CHECK(!verdict({.dns = {"b.test"}}, {a, b}).empty());
    CHECK(verdict({.dns = {"any.test"}, .ips = {*parse_ip("::1")}}, {}).empty());
    CHECK(verdict({.ips = {*parse_ip("::1")}}, {a, b}).empty());  // Another kind.
}

TEST_CASE("addresses: ranges, families, mapped addresses") {
    const NameConstraints constraints{
        .excluded = {.ips = {range("10.0.0.0", "255.0.0.0"), range("2001:db8::", "ffff:ffff::")}}};
    CHECK(verdict({.ips = {*parse_ip("10.0.0.1")}}, {constraints}) ==
          "IP address \"10.0.0.1\" is excluded by constraint \"10.0.0.0/8\"");
    CHECK(verdict({.ips = {*parse_ip("2001:db8::7")}}, {constraints}) ==
          "IP address \"2001:db8::7\" is excluded by constraint \"2001:db8::/32\"");
    CHECK(
        verdict({.ips = {*parse_ip("11.0.0.1"), *parse_ip("2001:db9::")}}, {constraints}).empty());
    const Bytes mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1", 16);
    CHECK(!verdict({.ips = {mapped}}, {constraints}).empty());
}

TEST_CASE("mail addresses: exact, domain, below a domain, and what is none") {
    const NameConstraints constraints{
        .permitted = {.emails = {"root@a.test", "b.test", ".c.test"}}};
    for (const char* good : {"root@a.test", "root@A.TEST", "x@b.test", "x@y.c.test",
                             "\"quoted one\"@b.test", "\"ro\\ot\"@a.test"}) {
        CHECK(verdict({.emails = {good}}, {constraints}).empty());
    }
    for (const char* bad : {"Root@a.test", "x@a.test", "x@y.b.test", "x@c.test"}) {
        const bool refused = !verdict({.emails = {bad}}, {constraints}).empty();
        // A plain domain takes hosts below it, as in the original; RFC 5280 is narrower.
        CHECK(refused == (std::string_view(bad) != "x@y.b.test"));
    }
    for (const char* none : {"", "a", "@b.test", ".a@b.test", "a.@b.test", "a..b@b.test",
                             "a b@b.test", "\"a@b.test", "a@b..test", "a@b.test."}) {
        CHECK(verdict({.emails = {none}}, {constraints}).starts_with("cannot parse rfc822Name"));
    }
}

TEST_CASE("a URI without a host name cannot be matched, so it is refused") {
    const NameConstraints constraints{.permitted = {.uris = {"a.test"}}};
    CHECK(verdict({.uris = {"https://a.test:8443/x"}}, {constraints}).empty());
    CHECK(verdict({.uris = {"urn:uuid:1"}}, {constraints}) ==
          "URI with empty host (\"urn:uuid:1\") cannot be matched against constraints");
    CHECK(verdict({.uris = {"https://10.0.0.1/"}}, {constraints}) ==
          "URI with IP (\"https://10.0.0.1/\") cannot be matched against constraints");
    CHECK(verdict({.uris = {"https://[::1]:1/"}}, {constraints}).find("cannot be matched") !=
          std::string::npos);
    CHECK(verdict({.uris = {"urn:uuid:1"}}, {{.permitted = {.dns = {"a.test"}}}}).empty());
}

TEST_CASE("a hostile number of constraints ends in a refusal, not in hours") {
    NameConstraints constraints;
    constraints.excluded.dns.assign(10'000, "x.test");
    AltNames names;
    names.dns.assign(1'000, "a.test");
    CHECK(verdict(names, {constraints}) == "too many name constraints to check");
}

}  // namespace
}  // namespace step::x509
