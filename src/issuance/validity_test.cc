#include "issuance/validity.h"

#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"

using namespace step;
using namespace step::issuance;

namespace {

constexpr Lifetimes kLimits{.min = std::chrono::minutes(5),
                            .max = std::chrono::hours(24),
                            .normal = std::chrono::hours(24)};

Result<Validity> decide(std::string_view not_before, std::string_view not_after) {
    const auto begin = parse_time_or_duration(not_before), end = parse_time_or_duration(not_after);
    REQUIRE(begin);
    REQUIRE(end);
    return decide_validity(*begin, *end, kLimits, std::chrono::minutes(1), test::FakeClock().now());
}

const SysSeconds kNow = std::chrono::floor<std::chrono::seconds>(test::FakeClock().now());

}  // namespace

TEST_CASE("without wishes a certificate is backdated and lasts the default from now") {
    const auto validity = decide("", "");
    REQUIRE(validity);
    CHECK(validity->not_before == kNow - std::chrono::minutes(1));
    CHECK(validity->not_after == kNow + std::chrono::hours(24));
}

TEST_CASE("a wished beginning is not backdated, and a relative end counts from it") {
    const auto validity = decide("10m", "1h");
    REQUIRE(validity);
    CHECK(validity->not_before == kNow + std::chrono::minutes(10));
    CHECK(validity->not_after == kNow + std::chrono::minutes(70));
}

TEST_CASE("a duration of nothing is no wish") {
    CHECK(decide("0s", "0s")->not_after == kNow + std::chrono::hours(24));
}

TEST_CASE("what does not fit is refused in the original's words") {
    // golden/api/sign.json.
    struct Row {
        const char *not_before, *not_after;
        Code code;
        const char* detail;
    };
    const Row rows[] = {
        {"", "-1h", Code::kInvalidArgument,
         "notAfter cannot be in the past; na=2024-01-02 02:04:05 +0000 UTC"},
        {"2h", "2024-01-02T04:04:05Z", Code::kInvalidArgument,
         "notAfter cannot be before notBefore; na=2024-01-02 04:04:05 +0000 UTC, nb=2024-01-02 "
         "05:04:05 +0000 UTC"},
        {"", "25h", Code::kForbidden,
         "requested duration of 25h1m0s is more than the authorized maximum certificate duration "
         "of 24h1m0s"},
        {"", "1m", Code::kForbidden,
         "requested duration of 2m0s is less than the authorized minimum certificate duration of "
         "5m0s"},
    };
    for (const Row& row : rows) {
        const auto validity = decide(row.not_before, row.not_after);
        REQUIRE(!validity);
        CHECK(validity.error().code == row.code);
        CHECK(validity.error().detail == row.detail);
    }
    CHECK(decide("", "24h"));
    CHECK(!decide("", "9999-12-31T23:59:59Z"));
    CHECK(!parse_time_or_duration("tomorrow"));
}

TEST_CASE("the limits themselves are allowed, a second beyond them is not") {
    CHECK(decide("", "4m"));  // With the backdate five minutes.
    CHECK(!decide("", "3m59s"));
    CHECK(!decide("", "24h1s"));
    CHECK(decide("-10m", "2024-01-02T03:04:05Z"));  // Now.
    CHECK(!decide("-10m", "2024-01-02T03:04:04Z"));
}
