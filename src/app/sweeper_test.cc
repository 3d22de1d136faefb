#include "app/sweeper.h"

#include <doctest/doctest.h>

#include "provisioner/used_tokens.h"
#include "revocation/register.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "x509/serial_key.h"

namespace step::app {
namespace {

using namespace std::chrono_literals;

struct World {
    test::FakeClock clock;
    std::unique_ptr<storage::Database> database = storage::open_memory();
    issuance::Ledger ledger{*database};
    revocation::Register revocations{*database, revocation::Keeps::kEverything};

    SysSeconds in(std::chrono::seconds time) const {
        return std::chrono::floor<std::chrono::seconds>(clock.now()) + time;
    }
    provisioner::TokenUse use(const std::string& id, std::optional<SysSeconds> expires) const {
        const auto used = provisioner::make_token_use(id, expires);
        REQUIRE(database->transact(
            [&](storage::Transaction& t) { return provisioner::use_up(t, used); }));
        return used;
    }
    bool remembers(const provisioner::TokenUse& used) const {
        return !provisioner::refuse_used(*database, used);
    }
    void record(char serial, SysSeconds expires) const {
        REQUIRE(database->transact([&](storage::Transaction& t) {
            return ledger.record(t, {.serial = x509::serial_key(Bytes(1, serial)),
                                     .certificate = "der",
                                     .expires = expires,
                                     .names = {"a.test", "b.test"}});
        }));
    }
    std::size_t rows(std::string_view table) const {
        std::size_t count = 0;
        REQUIRE(database->read([&](const storage::Snapshot& view) {
            return view.scan(table, "", "", [&](auto, auto) { return ++count > 0; });
        }));
        return count;
    }
};

TEST_CASE("a used token is forgotten 120 s after it ran out, and not a second before") {
    World world;
    const auto soon = world.use("soon", world.in(5min));
    const auto later = world.use("later", world.in(10min));
    const auto never = world.use("never", std::nullopt);
    Sweeper sweeper(world.clock, *world.database, {});

    world.clock.advance(7min);  // exp + 120 s: the last second in which the row is there.
    CHECK(sweeper.step()->tokens == 0);
    CHECK(world.remembers(soon));
    world.clock.advance(1s);
    CHECK(sweeper.step()->tokens == 1);
    CHECK_FALSE(world.remembers(soon));
    CHECK(world.remembers(later));
    world.clock.advance(24h * 365 * 100);
    CHECK(sweeper.step()->tokens == 1);
    CHECK(world.remembers(never));
}

TEST_CASE("one step deletes no more rows than its rules say, and tells that there are more") {
    World world;
    for (int i = 0; i < 25; ++i) {
        (void)world.use(std::to_string(i), world.in(std::chrono::seconds(i)));
    }
    Sweeper sweeper(world.clock, *world.database, {.tokens_at_once = 10});
    world.clock.advance(1h);
    CHECK(sweeper.step()->more);
    CHECK(world.rows(provisioner::kUsedTokens) == 15);
    CHECK(sweeper.step()->more);
    const auto last = sweeper.step();
    CHECK(last->tokens == 5);
    CHECK_FALSE(last->more);
    CHECK(world.rows(provisioner::kUsedTokens) == 0);
}

TEST_CASE("records of certificates stay unless a rule says after how long they go") {
    World world;
    world.record(1, world.in(1h));
    world.clock.advance(24h * 1000);
    Sweeper off(world.clock, *world.database, {});
    CHECK(off.step()->certificates == 0);
    CHECK(world.rows("certificates") == 1);
}

TEST_CASE("records of certificates go with their index rows, days after they end") {
    World world;
    world.record(1, world.in(1h));
    world.record(2, world.in(48h));
    Sweeper sweeper(world.clock, *world.database, {.certificates_after = 24h * 30});
    world.clock.advance(24h * 30 + 1h);
    CHECK(sweeper.step()->certificates == 0);
    world.clock.advance(1s);
    CHECK(sweeper.step()->certificates == 1);
    CHECK_FALSE(*world.ledger.find(x509::serial_key("\1")));
    CHECK(*world.ledger.find(x509::serial_key("\2")));
    CHECK(world.rows("certificates") == 1);
    CHECK(world.rows("certificates_by_name") == 2);
    CHECK(world.rows("certificates_by_provisioner") == 1);
    CHECK(world.rows("certificates_by_expiry") == 1);
}

TEST_CASE("a revocation is never deleted, whether its certificate has ended or not") {
    World world;
    world.record(1, world.in(1h));
    REQUIRE(world.revocations.revoke({.serial = "1", .revoked_at = world.in(0s)}));
    REQUIRE(world.revocations.revoke({.serial = "2", .revoked_at = world.in(0s)}));
    Sweeper sweeper(world.clock, *world.database, {.certificates_after = 24h});
    world.clock.advance(24h * 400);
    CHECK(sweeper.step()->certificates == 1);
    CHECK(*world.revocations.is_revoked(x509::serial_key("\1")));
    CHECK(*world.revocations.is_revoked(x509::serial_key("\2")));
}

// A weakness of the original: a replayed token must not work; a wrong clock must not change that.
TEST_CASE("a clock that jumps ahead makes nothing forgotten for a day, and nothing if it returns") {
    World world;
    const auto used = world.use("token", world.in(5min));
    Sweeper sweeper(world.clock, *world.database, {});
    world.clock.time += 24h * 365;
    CHECK(sweeper.step()->tokens == 0);
    world.clock.advance(2min);
    CHECK(sweeper.step()->tokens == 0);
    world.clock.time -= 24h * 365;  // Put right.
    CHECK(sweeper.step()->tokens == 0);
    CHECK(world.remembers(used));
    world.clock.advance(6min);
    CHECK(sweeper.step()->tokens == 1);
}

TEST_CASE("a jump ahead that has stood for a day is believed") {
    World world;
    (void)world.use("token", world.in(24h * 30));
    Sweeper sweeper(world.clock, *world.database, {});
    world.clock.time += 24h * 365;
    CHECK(sweeper.step()->tokens == 0);
    world.clock.advance(23h);
    CHECK(sweeper.step()->tokens == 0);
    world.clock.advance(1h);
    CHECK(sweeper.step()->tokens == 1);
}

TEST_CASE("the time that deleting relies on follows small corrections and goes back at once") {
    test::FakeClock clock;
    CautiousTime time(clock);
    clock.advance(10min);
    clock.time += 30s;
    CHECK(time.now() == clock.now());
    clock.time -= 3h;
    CHECK(time.now() == clock.now());
    clock.advance(1min);
    CHECK(time.now() == clock.now());
}

}  // namespace
}  // namespace step::app
