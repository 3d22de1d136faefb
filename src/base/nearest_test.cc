#include "base/nearest.h"

#include <string>

#include <doctest/doctest.h>

namespace step {
namespace {

constexpr std::string_view kNames[] = {"address", "insecureAddress", "dnsNames", "db", "key",
                                       "tls"};

TEST_CASE("a letter added, left out, changed or swapped still finds the name, in any case") {
    CHECK(nearest("adress", kNames) == "address");
    CHECK(nearest("addresss", kNames) == "address");
    CHECK(nearest("addrezs", kNames) == "address");
    CHECK(nearest("adderss", kNames) == "address");
    CHECK(nearest("DNSName", kNames) == "dnsNames");
    CHECK(nearest("insecureAdress", kNames) == "insecureAddress");
    CHECK(nearest("bd", kNames) == "db");
    CHECK(nearest("address", kNames) == "address");
}

TEST_CASE("what resembles nothing finds nothing") {
    CHECK(nearest("colour", kNames).empty());
    CHECK(nearest("x", kNames).empty());
    CHECK(nearest("", kNames).empty());
    CHECK(nearest(std::string(101, 'k'), kNames).empty());
    CHECK(nearest("key", {}).empty());
}

}  // namespace
}  // namespace step
