#include "net/address.h"

#include <doctest/doctest.h>

namespace step::net {
namespace {

std::string verdict(const AddressFilter& filter, std::string_view text) {
    const auto address = Address::parse(text);
    REQUIRE_MESSAGE(address, text);
    return std::string(filter.refusal(*address).value_or("ok"));
}

AddressFilter compiled(const FilterRules& rules) {
    auto filter = AddressFilter::compile(rules);
    REQUIRE(filter);
    return *filter;
}

struct Row {
    std::string_view address, verdict;
};

// RFC 6890's registries and the documentation of the clouds.
constexpr Row kRows[] = {
    {"0.0.0.0", "an unspecified address"},
    {"0.1.2.3", "an unspecified address"},
    {"1.0.0.1", "ok"},
    {"8.8.8.8", "ok"},
    {"10.0.0.1", "ok"},
    {"10.255.255.255", "ok"},
    {"100.64.0.1", "ok"},
    {"100.100.100.199", "ok"},
    {"100.100.100.200", "a cloud metadata address"},
    {"100.100.100.201", "ok"},
    {"126.255.255.255", "ok"},
    {"127.0.0.1", "a loopback address"},
    {"127.0.1.1", "a loopback address"},
    {"127.255.255.255", "a loopback address"},
    {"128.0.0.1", "ok"},
    {"168.63.129.15", "ok"},
    {"168.63.129.16", "a cloud metadata address"},
    {"169.253.255.255", "ok"},
    {"169.254.0.23", "a link-local address"},
    {"169.254.169.254", "a link-local address"},
    {"169.254.170.2", "a link-local address"},
    {"169.255.0.0", "ok"},
    {"172.16.0.1", "ok"},
    {"192.0.0.192", "a cloud metadata address"},
    {"192.0.2.1", "ok"},
    {"192.168.1.1", "ok"},
    {"198.18.0.1", "ok"},
    {"223.255.255.255", "ok"},
    {"224.0.0.1", "a multicast address"},
    {"239.255.255.255", "a multicast address"},
    {"240.0.0.1", "a reserved address"},
    {"255.255.255.255", "a reserved address"},
    {"::", "an unspecified address"},
    {"::1", "a loopback address"},
    {"::2", "an unspecified address"},  // Compatible with 0.0.0.2.
    {"::7f00:1", "a loopback address"},
    {"::a9fe:a9fe", "a link-local address"},
    {"::a00:1", "ok"},
    {"::ffff:127.0.0.1", "a loopback address"},
    {"::ffff:169.254.169.254", "a link-local address"},
    {"::ffff:10.0.0.1", "ok"},
    {"::ffff:0:127.0.0.1", "a loopback address"},
    {"::ffff:0:10.0.0.1", "ok"},
    {"64:ff9b::7f00:1", "a loopback address"},
    {"64:ff9b::a9fe:a9fe", "a link-local address"},
    {"64:ff9b::a00:1", "ok"},
    {"64:ff9b:1:a00:0:100::", "a translated address"},
    {"64:ff9b:1::a00:1", "a translated address"},
    {"64:ff9b:2::a9fe:a9fe", "ok"},
    {"2002:7f00:1::", "a loopback address"},
    {"2002:a9fe:a9fe::1", "a link-local address"},
    {"2002:a00:1::1", "ok"},
    {"2001:0:808:808:0:0:80ff:fffe", "a loopback address"},  // 127.0.0.1 inverted
    {"2001:0:7f00:1:0:0:f7f7:f7f7", "a loopback address"},   // as the server
    {"2001:0:808:808:0:0:f7f7:f7f7", "ok"},
    {"2001:db8::1", "ok"},
    {"2a00:1450:4001:0:1:5efe:7f00:1", "ok"},  // Not where ISATAP keeps its mark.
    {"2001:db8::5efe:127.0.0.1", "a loopback address"},
    {"2001:db8::200:5efe:a9fe:a9fe", "a link-local address"},
    {"fc00::1", "ok"},
    {"fd00::1", "ok"},
    {"fd00:ec2::254", "a cloud metadata address"},
    {"fd00:ec2::23", "a cloud metadata address"},
    {"fd00:ec3::254", "ok"},
    {"fd20:ce::254", "a cloud metadata address"},
    {"fd20:ce::253", "ok"},
    {"fd00:c1::a9fe:a9fe", "a cloud metadata address"},
    {"fd00:42::42", "a cloud metadata address"},
    {"fe7f::1", "ok"},
    {"fe80::1", "a link-local address"},
    {"febf::1", "a link-local address"},
    {"fec0::1", "a site-local address"},
    {"feff::1", "a site-local address"},
    {"ff02::1", "a multicast address"},
};

TEST_CASE("without rules the filter refuses what is nobody's server, in every disguise") {
    const AddressFilter filter;
    for (const Row& row : kRows) {
        CAPTURE(row.address);
        CHECK(verdict(filter, row.address) == row.verdict);
    }
}

TEST_CASE("what is allowed beats the built-in list, what is denied beats both") {
    const AddressFilter filter = compiled(
        {.allow = {"127.0.0.0/8", "::1", "64:ff9b::/96"}, .deny = {"127.0.0.9", "10.0.0.0/8"}});
    CHECK(verdict(filter, "127.0.0.1") == "ok");
    CHECK(verdict(filter, "::1") == "ok");
    CHECK(verdict(filter, "::ffff:127.0.0.1") == "ok");
    CHECK(verdict(filter, "2002:7f00:1::") == "ok");  // What it leads to is allowed.
    CHECK(verdict(filter, "64:ff9b::a9fe:a9fe") == "ok");
    CHECK(verdict(filter, "169.254.169.254") == "a link-local address");
    CHECK(verdict(filter, "127.0.0.9") == "denied by configuration");
    CHECK(verdict(filter, "::ffff:127.0.0.9") == "denied by configuration");
    CHECK(verdict(filter, "64:ff9b::7f00:9") == "denied by configuration");
    CHECK(verdict(filter, "10.1.2.3") == "denied by configuration");
    CHECK(verdict(filter, "11.1.2.3") == "ok");
}

TEST_CASE("a range is an address, a prefix length and nothing behind it") {
    struct Case {
        std::string_view text, inside, outside;
    };
    for (const auto& [text, inside, outside] : {
             Case{"10.0.0.0/8", "10.255.0.1", "11.0.0.0"},
             Case{"10.0.0.0/9", "10.127.255.255", "10.128.0.0"},
             Case{"192.0.2.7", "192.0.2.7", "192.0.2.6"},
             Case{"192.0.2.6/31", "192.0.2.7", "192.0.2.8"},
             Case{"0.0.0.0/0", "255.255.255.255", "::1"},
             Case{"::/0", "ffff::", "1.2.3.4"},
             Case{"fd00::/8", "fdff::1", "fc00::1"},
             Case{"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
             Case{"::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"},
         }) {
        CAPTURE(text);
        const auto range = Range::parse(text);
        REQUIRE(range);
        CHECK(range->contains(*Address::parse(inside)));
        CHECK_FALSE(range->contains(*Address::parse(outside)));
    }
    for (const std::string_view text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8x",
          "10.0.0.1/8", "10.0.0/8", "010.0.0.0/8", "::/129", "fe80::1%eth0", "::ffff:10.0.0.0/95",
          "fd00::1/8", "localhost", "10.0.0.0/8/8", "10.0.0.0 /8", "10.0.0.0/ 8"}) {
        CAPTURE(text);
        CHECK_FALSE(Range::parse(text));
    }
    CHECK(Range::parse("10.0.0.1/8").error().detail ==
          R"("10.0.0.1/8" is no range of addresses: the address has bits behind its prefix)");
}

TEST_CASE("a rule that is no range is named") {
    const auto filter = AddressFilter::compile({.allow = {"10.0.0.0/8"}, .deny = {"ten"}});
    REQUIRE_FALSE(filter);
    CHECK(filter.error().code == Code::kInvalidArgument);
    CHECK(filter.error().detail == R"("ten" is no range of addresses: not an IP address)");
}

TEST_CASE("a port is a number from 1 to 65535") {
    CHECK(parse_port("1") == 1);
    CHECK(parse_port("65535") == 65535);
    CHECK(parse_port("0080") == 80);
    for (const std::string_view text :
         {"", "0", "65536", "99999999999", "-1", "+1", " 1", "1 ", "0x1", "http"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_port(text));
    }
}

TEST_CASE("an address keeps its octets and prints as RFC 5952 says") {
    CHECK(Address::parse("::ffff:1.2.3.4")->to_text() == "1.2.3.4");
    CHECK(Address::parse("::ffff:1.2.3.4")->is_v4());
    CHECK(Address::parse("2001:DB8:0:0:1::")->to_text() == "2001:db8:0:0:1::");
    CHECK(Address::from_octets(Bytes(16, '\0'))->to_text() == "::");
    CHECK_FALSE(Address::from_octets("abc"));
    CHECK_FALSE(Address::parse("127.1"));
    CHECK_FALSE(Address::parse("0x7f000001"));
    CHECK_FALSE(Address::parse("2130706433"));
}

}  // namespace
}  // namespace step::net
