#include "acme/states.h"

#include <vector>

#include <doctest/doctest.h>

namespace step::acme {
namespace {

constexpr SysSeconds kNow{std::chrono::seconds(1'700'000'000)};
constexpr std::chrono::hours kDay{24};

Authorization pending() {
    return {.id = "a",
            .status = AuthorizationStatus::kPending,
            .challenges = {{.type = ChallengeType::kDns01}, {.type = ChallengeType::kHttp01}},
            .created = kNow,
            .expires = kNow + kDay};
}

Order of(std::size_t count) {
    return {.id = "o",
            .authorization_ids = std::vector<std::string>(count, "a"),
            .created = kNow,
            .expires = kNow + kDay};
}

TEST_CASE("the moves are those of RFC 8555 7.1.6 and no others") {
    using enum AuthorizationStatus;
    const std::vector<std::pair<AuthorizationStatus, AuthorizationStatus>> legal = {
        {kPending, kValid},
        {kPending, kInvalid},
        {kPending, kDeactivated},
        {kValid, kDeactivated},
        {kValid, kRevoked}};
    for (const auto from : {kPending, kValid, kInvalid, kDeactivated, kExpired, kRevoked}) {
        for (const auto to : {kPending, kValid, kInvalid, kDeactivated, kExpired, kRevoked}) {
            CHECK(may_move(from, to) ==
                  (std::find(legal.begin(), legal.end(), std::pair(from, to)) != legal.end()));
        }
    }
    CHECK(may_move(OrderStatus::kPending, OrderStatus::kValid));
    CHECK(may_move(OrderStatus::kPending, OrderStatus::kInvalid));
    CHECK_FALSE(may_move(OrderStatus::kValid, OrderStatus::kInvalid));
    CHECK_FALSE(may_move(OrderStatus::kInvalid, OrderStatus::kValid));
    CHECK(may_move(AccountStatus::kValid, AccountStatus::kDeactivated));
    CHECK_FALSE(may_move(AccountStatus::kDeactivated, AccountStatus::kValid));
    CHECK_FALSE(may_move(ChallengeStatus::kPending, ChallengeStatus::kValid));
    CHECK_FALSE(may_move(ChallengeStatus::kInvalid, ChallengeStatus::kProcessing));
}

TEST_CASE("an authorization that ran out is expired, unless it ended otherwise before") {
    Authorization authorization = pending();
    CHECK(effective_status(authorization, kNow + kDay) == AuthorizationStatus::kPending);
    CHECK(effective_status(authorization, kNow + kDay + std::chrono::microseconds(1)) ==
          AuthorizationStatus::kExpired);
    authorization.status = AuthorizationStatus::kInvalid;
    CHECK(effective_status(authorization, kNow + 2 * kDay) == AuthorizationStatus::kInvalid);
}

TEST_CASE("an order is ready once all of its authorizations are valid, and invalid with one") {
    Authorization valid = pending();
    valid.status = AuthorizationStatus::kValid;
    Authorization invalid = pending();
    invalid.status = AuthorizationStatus::kInvalid;
    using enum OrderStatus;
    CHECK(effective_status(of(2), std::vector{valid, pending()}, kNow) == kPending);
    CHECK(effective_status(of(2), std::vector{valid, valid}, kNow) == kReady);
    CHECK(effective_status(of(2), std::vector{valid, invalid}, kNow) == kInvalid);
    CHECK(effective_status(of(2), std::vector{valid}, kNow) == kPending);
    CHECK(effective_status(of(0), {}, kNow) == kPending);
    CHECK(effective_status(of(2), std::vector{valid, valid}, kNow + 2 * kDay) == kInvalid);
    Order issued = of(1);
    issued.status = kValid;
    CHECK(effective_status(issued, std::vector{invalid}, kNow + 2 * kDay) == kValid);
}

TEST_CASE("a try that fails is repeated after 5, 15 and 45 seconds, then when the client asks") {
    Authorization authorization = pending();
    CHECK(begin_processing(authorization, ChallengeType::kHttp01, kNow, kNow));
    Challenge& challenge = authorization.challenges[1];
    const Try failed{.verdict = Try::Verdict::kRetry,
                     .error = {.type = "connection", .detail = "refused"}};
    for (const int pause : {5, 15, 45}) {
        CHECK(apply(authorization, ChallengeType::kHttp01, failed, kNow));
        CHECK(challenge.status == ChallengeStatus::kProcessing);
        CHECK(challenge.due == kNow + std::chrono::seconds(pause));
        CHECK(challenge.error.type == "connection");
    }
    CHECK(apply(authorization, ChallengeType::kHttp01, failed, kNow));
    CHECK(challenge.status == ChallengeStatus::kPending);
    CHECK_FALSE(challenge.due);
    CHECK(authorization.status == AuthorizationStatus::kPending);
    CHECK_FALSE(apply(authorization, ChallengeType::kHttp01, failed, kNow));

    CHECK(begin_processing(authorization, ChallengeType::kHttp01, kNow, kNow));
    CHECK(challenge.tries == 0);
    CHECK(apply(authorization, ChallengeType::kHttp01, {.verdict = Try::Verdict::kValid}, kNow));
    CHECK(challenge.status == ChallengeStatus::kValid);
    CHECK(challenge.validated == kNow);
    CHECK_FALSE(challenge.error);
    CHECK(authorization.status == AuthorizationStatus::kValid);
    CHECK_FALSE(begin_processing(authorization, ChallengeType::kDns01, kNow, kNow));
}

TEST_CASE("a client that asks again hastens the next try, but not one that runs") {
    Authorization authorization = pending();
    const SysSeconds lease = kNow + std::chrono::seconds(60);
    CHECK(begin_processing(authorization, ChallengeType::kHttp01, lease, kNow));
    CHECK_FALSE(begin_processing(authorization, ChallengeType::kHttp01, lease, kNow));
    CHECK(apply(authorization, ChallengeType::kHttp01, {.error = {.type = "dns"}}, kNow));
    CHECK(begin_processing(authorization, ChallengeType::kHttp01, lease, kNow));
}

TEST_CASE("a wrong answer ends challenge and authorization") {
    Authorization authorization = pending();
    CHECK_FALSE(begin_processing(authorization, ChallengeType::kTlsAlpn01, kNow, kNow));
    CHECK(begin_processing(authorization, ChallengeType::kDns01, kNow, kNow));
    CHECK_FALSE(apply(authorization, ChallengeType::kHttp01, {}, kNow));
    CHECK(apply(authorization, ChallengeType::kDns01,
                {.verdict = Try::Verdict::kInvalid, .error = {.type = "unauthorized"}}, kNow));
    CHECK(authorization.status == AuthorizationStatus::kInvalid);
    CHECK(authorization.challenges[0].error.type == "unauthorized");
    CHECK_FALSE(deactivate(authorization, kNow));
}

TEST_CASE("what ran out or was deactivated while a try ran stays so") {
    Authorization late = pending();
    CHECK(begin_processing(late, ChallengeType::kDns01, kNow, kNow));
    CHECK_FALSE(
        apply(late, ChallengeType::kDns01, {.verdict = Try::Verdict::kValid}, kNow + 2 * kDay));
    CHECK(late.status == AuthorizationStatus::kPending);

    Authorization gone = pending();
    CHECK(begin_processing(gone, ChallengeType::kDns01, kNow, kNow));
    CHECK(deactivate(gone, kNow));
    CHECK_FALSE(apply(gone, ChallengeType::kDns01, {.verdict = Try::Verdict::kValid}, kNow));
    CHECK(gone.status == AuthorizationStatus::kDeactivated);
}

TEST_CASE("names are those of the RFC") {
    CHECK(name_of(AuthorizationStatus::kDeactivated) == "deactivated");
    CHECK(name_of(OrderStatus::kReady) == "ready");
    CHECK(challenge_type("tls-alpn-01") == ChallengeType::kTlsAlpn01);
    CHECK_FALSE(challenge_type("HTTP-01"));
}

}  // namespace
}  // namespace step::acme
