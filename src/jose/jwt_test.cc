#include "jose/jwt.h"

#include <doctest/doctest.h>

#include "tests/support/jose_rows.h"

namespace step::jose {
namespace {

std::string show(const std::optional<SysSeconds>& time) {
    return time ? std::to_string(time->time_since_epoch().count()) : "";
}

TEST_CASE("claims are read as go-jose reads them") {
    const auto rows = rows_for_test("go-jose.vec", "claims");
    CHECK(rows.size() == 28);
    for (const auto& row : rows) {
        const std::string payload = decoded_for_test(row[0]);
        CAPTURE(payload);
        const auto claims = parse_claims(payload);
        REQUIRE((claims ? "ok" : "error") == row[1]);
        if (!claims) {
            CHECK(claims.error().code == Code::kInvalidArgument);
            continue;
        }
        CHECK(claims->issuer == row[2]);
        CHECK(show(claims->expires) == row[3]);
        CHECK(show(claims->not_before) == row[4]);
        CHECK(show(claims->issued_at) == row[5]);
        CHECK(claims->audience == std::vector(row.begin() + 6, row.end()));
    }
}

std::string verdict(std::string_view payload, std::string_view issuer, std::int64_t now_millis) {
    const auto claims = parse_claims(payload);
    REQUIRE(claims);
    const Status status =
        check_claims(*claims, issuer, SysTime(std::chrono::milliseconds(now_millis)));
    if (!status) {
        CHECK(status.error().code == Code::kUnauthenticated);
    }
    return status ? "" : status.error().detail;
}

TEST_CASE("times are checked with sixty seconds of leeway, to the fraction of a second") {
    constexpr auto kExpired = "validation failed, token is expired (exp)";
    constexpr auto kEarly = "validation failed, token not valid yet (nbf)";
    constexpr auto kFuture = "validation failed, token issued in the future (iat)";
    CHECK(verdict(R"({"exp":1000})", "", 1'060'000) == "");
    CHECK(verdict(R"({"exp":1000})", "", 1'060'001) == kExpired);
    CHECK(verdict(R"({"nbf":1000})", "", 940'000) == "");
    CHECK(verdict(R"({"nbf":1000})", "", 939'999) == kEarly);
    CHECK(verdict(R"({"iat":1000})", "", 940'000) == "");
    CHECK(verdict(R"({"iat":1000})", "", 939'999) == kFuture);
    CHECK(verdict(R"({})", "", 0) == "");
}

TEST_CASE("numbers at the ends of 64 bits neither overflow nor pass") {
    CHECK(verdict(R"({"exp":9e18})", "", 1'000) == "");
    CHECK(verdict(R"({"exp":-9e18})", "", 1'000) == "validation failed, token is expired (exp)");
    CHECK(verdict(R"({"nbf":9e18})", "", 1'000) != "");
    CHECK(verdict(R"({"nbf":-9e18,"iat":-9e18})", "", 1'000) == "");
    CHECK(!parse_claims(R"({"exp":1e19})"));
    CHECK(!parse_claims(R"({"nbf":-1e300})"));
}

TEST_CASE("the first thing wrong in go-jose's order is reported: iss, nbf, exp, iat") {
    const auto all = R"({"iss":"b","exp":0,"nbf":5000,"iat":5000})";
    CHECK(verdict(all, "a", 1'000'000) == "validation failed, invalid issuer claim (iss)");
    CHECK(verdict(all, "", 1'000'000) == "validation failed, token not valid yet (nbf)");
    CHECK(verdict(R"({"exp":0,"iat":5000})", "", 1'000'000) ==
          "validation failed, token is expired (exp)");
    CHECK(verdict(all, "b", 1'000'000) != "");
}

}  // namespace
}  // namespace step::jose
