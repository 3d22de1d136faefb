#include <doctest/doctest.h>

#include "challenge/validator_test_world.h"

namespace step::challenge {
namespace {

// base64url(SHA-256(kKeyAuthorization)) by Python's hashlib.
constexpr const char* kDigest = "LErY_CSP4pbS2liuXH0HiklOVjPraZ0fkqzJ709dFUY";

TEST_CASE("dns-01: one TXT record with the digest is the proof") {
    TestWorld world;
    world.resolver.records["_acme-challenge.a.test"] = {kDigest};
    CHECK(world.run(Kind::kDns01, "a.test") == "valid");
    world.resolver.records["_acme-challenge.a.test"] = {"", "other", kDigest, "v=spf1 -all"};
    CHECK(world.run(Kind::kDns01, "a.test") == "valid");
}

TEST_CASE("dns-01: other records may still change") {
    TestWorld world;
    for (const std::vector<Bytes>& records :
         std::vector<std::vector<Bytes>>{{"other"},
                                         {kKeyAuthorization},
                                         {std::string(kDigest) + " "},
                                         {std::string(kDigest) + "="},
                                         {std::string(kDigest) + std::string(1, '\0')},
                                         {Bytes("\x1b[2JSECRET")}}) {
        world.resolver.records["_acme-challenge.a.test"] = records;
        CHECK(world.run(Kind::kDns01, "a.test") ==
              "retry rejectedIdentifier: none of 1 TXT record(s) of _acme-challenge.a.test is the "
              "digest of the key authorization");
    }
}

TEST_CASE("dns-01: lookups that fail may work the next time") {
    TestWorld world;
    CHECK(world.run(Kind::kDns01, "a.test") ==
          "retry dns: TXT records: lookup _acme-challenge.a.test: no such host");
    world.resolver.errors["_acme-challenge.a.test"] = {
        .code = Code::kUnavailable, .detail = "lookup: i/o timeout", .reason = net::kDnsTimeout};
    CHECK(world.run(Kind::kDns01, "a.test") == "retry dns: TXT records: lookup: i/o timeout");
}

TEST_CASE("dns-01: a name too long for its prefix is wrong for good") {
    TestWorld world;
    world.resolver.errors["_acme-challenge.a.test"] = {
        .code = Code::kInvalidArgument, .detail = "invalid name", .reason = net::kBadName};
    CHECK(world.run(Kind::kDns01, "a.test") == "invalid rejectedIdentifier: invalid name");
}

TEST_CASE("dns-01: with strict names a dot ends what is looked up") {
    TestWorld world;
    world.settings.strict_fqdn = true;
    world.resolver.records["_acme-challenge.a.test."] = {kDigest};
    CHECK(world.run(Kind::kDns01, "a.test") == "valid");
}

TEST_CASE("dns-01: an address has no TXT records") {
    TestWorld world;
    CHECK(world.run(Kind::kDns01, "192.0.2.1", "ip") ==
          "invalid rejectedIdentifier: an IP address has no TXT records");
    CHECK(world.resolver.asked().empty());
}

}  // namespace
}  // namespace step::challenge
