#include <doctest/doctest.h>

#include "acme/api/key_cache_impl.h"
#include "acme/api/rate_limiter_impl.h"
#include "crypto/keygen.h"
#include "json/write.h"

namespace step::acme {
namespace {

using std::chrono::seconds;

TEST_CASE("so many at once, and then one each time a part of the period is over") {
    RateLimiter limiter(10);
    const provisioner::RateLimit limit{.most = 3, .per = seconds(60)};
    for (int i = 0; i < 3; ++i) {
        CHECK(!limiter.ask("a", limit, seconds(0)));
    }
    CHECK(limiter.ask("a", limit, seconds(0)) == seconds(20));
    CHECK(limiter.ask("a", limit, std::chrono::milliseconds(19'500)) == seconds(1));
    CHECK(!limiter.ask("b", limit, seconds(0)));
    CHECK(!limiter.ask("a", limit, seconds(20)));
    CHECK(limiter.ask("a", limit, seconds(20)) == seconds(20));
    // What was not used comes back, but no more than that.
    for (int i = 0; i < 3; ++i) {
        CHECK(!limiter.ask("a", limit, seconds(10'000)));
    }
    CHECK(limiter.ask("a", limit, seconds(10'000)));
}

TEST_CASE("no limit counts nobody") {
    RateLimiter limiter(1);
    for (int i = 0; i < 100; ++i) {
        CHECK(!limiter.ask("a", {}, seconds(0)));
    }
}

TEST_CASE("of too many who ask, those that asked longest ago are forgotten") {
    RateLimiter limiter(2);
    const provisioner::RateLimit once{.most = 1, .per = seconds(60)};
    CHECK(!limiter.ask("a", once, seconds(0)));
    CHECK(!limiter.ask("b", once, seconds(0)));
    CHECK(limiter.ask("a", once, seconds(0)));
    CHECK(!limiter.ask("c", once, seconds(0)));
    CHECK(limiter.ask("a", once, seconds(0)));
    CHECK(!limiter.ask("b", once, seconds(0)));
}

TEST_CASE("an IPv6 subscriber is one, whatever address below its network asks") {
    CHECK(limited_address("192.0.2.1:1") == limited_address("192.0.2.1:2"));
    CHECK(limited_address("192.0.2.1:1") != limited_address("192.0.2.2:1"));
    CHECK(limited_address("[2001:db8::1]:1") == limited_address("[2001:db8::ffff:1]:9"));
    CHECK(limited_address("[2001:db8::1]:1") != limited_address("[2001:db8:0:1::1]:1"));
    CHECK(limited_address("[::ffff:192.0.2.1]:1") == limited_address("192.0.2.1:1"));
}

TEST_CASE("keys are kept up to a number, and one that cannot be read is our own fault") {
    KeyCache cache(2);
    std::vector<Account> accounts;
    for (int i = 0; i < 3; ++i) {
        const auto key = crypto::generate_key(crypto::KeyKind::kEcP256);
        REQUIRE(key);
        const jose::Jwk jwk{.alg = "ES256", .public_key = key->public_key()};
        accounts.push_back({.id = std::to_string(i),
                            .thumbprint = thumbprint_of(key->public_key()),
                            .jwk = json::encode(jose::public_jwk(jwk))});
    }
    for (const Account& account : accounts) {
        const auto key = cache.get(account);
        REQUIRE(key);
        CHECK(thumbprint_of(key->key) == account.thumbprint);
        CHECK(key->algorithm == "ES256");
    }
    // The text is not read again while the key is kept; the oldest has gone.
    for (Account& account : accounts) {
        account.jwk = "{}";
    }
    CHECK(cache.get(accounts[2]));
    CHECK(cache.get(accounts[1]));
    const auto damaged = cache.get(accounts[0]);
    REQUIRE(!damaged);
    CHECK(damaged.error().code == Code::kInternal);
}

}  // namespace
}  // namespace step::acme
