#include "issuance/claims.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "json/write.h"

using namespace step;
using namespace step::issuance;

namespace {
ClaimsEntry read(std::string_view text) {
    const auto value = json::parse(text);
    REQUIRE(value);
    auto entry = parse_claims(*value, "claims");
    REQUIRE(entry);
    return *entry;
}
}  // namespace

TEST_CASE("claims are written back as the original lists them, in its order and Go's durations") {
    // golden/api/core.json, provisioner "short".
    const ClaimsEntry entry = read(
        R"({"maxTLSCertDuration":"1h","defaultTLSCertDuration":"30m","minTLSCertDuration":"10m"})");
    CHECK(
        json::encode(encode_claims(entry)) ==
        R"({"minTLSCertDuration":"10m0s","maxTLSCertDuration":"1h0m0s","defaultTLSCertDuration":"30m0s"})");
}

TEST_CASE("what a provisioner does not say it inherits, and a flag said false stays false") {
    const Claims above{.default_tls = std::chrono::hours(2), .disable_renewal = true};
    CHECK(inherit({}, above) == above);
    CHECK(!inherit(read(R"({"disableRenewal":false})"), above).disable_renewal);
}

TEST_CASE("a default outside the inherited bounds moves the bound it violates") {
    CHECK(inherit(read(R"({"defaultTLSCertDuration":"48h"})"), {}).max_tls ==
          std::chrono::hours(48));
    CHECK(inherit(read(R"({"defaultTLSCertDuration":"1m"})"), {}).min_tls ==
          std::chrono::minutes(1));
    // A bound that was said stays, and the claims are no good.
    const Claims both =
        inherit(read(R"({"defaultTLSCertDuration":"48h","maxTLSCertDuration":"24h"})"), {});
    CHECK(!validate(both));
}

TEST_CASE("defaults of SSH certificates move the bounds they violate, too") {
    const Claims above;
    const Claims user = inherit({.default_user_ssh = std::chrono::hours(48)}, above);
    CHECK(user.max_user_ssh == std::chrono::hours(48));
    CHECK(user.min_user_ssh == above.min_user_ssh);
    CHECK(user.max_tls == above.max_tls);
    const Claims host = inherit({.default_host_ssh = std::chrono::minutes(1)}, above);
    CHECK(host.min_host_ssh == std::chrono::minutes(1));
    CHECK(host.max_host_ssh == above.max_host_ssh);
    const Claims said = inherit(
        {.max_user_ssh = std::chrono::hours(1), .default_user_ssh = std::chrono::hours(2)}, above);
    CHECK(said.max_user_ssh == std::chrono::hours(1));  // SSH limits are not checked.
    CHECK(validate(said));
}

TEST_CASE("claims that contradict themselves are refused in the original's words") {
    CHECK(validate(Claims{}));
    CHECK(validate(Claims{.min_tls = Duration(0)}).error().detail ==
          "claims: MinTLSCertDuration must be greater than 0");
    CHECK(validate(Claims{.min_tls = std::chrono::hours(48)}).error().detail ==
          "claims: MaxCertDuration cannot be less than MinCertDuration: MaxCertDuration - 24h0m0s, "
          "MinCertDuration - 48h0m0s");
}

TEST_CASE("a duration in days or as a number is refused with its place") {
    for (const char* text : {R"({"minTLSCertDuration":"5d"})", R"({"minTLSCertDuration":5})"}) {
        const auto value = json::parse(text);
        REQUIRE(value);
        const auto entry = parse_claims(*value, "claims");
        REQUIRE(!entry);
        CHECK(entry.error().cause == "line 1, column 23");
    }
}
