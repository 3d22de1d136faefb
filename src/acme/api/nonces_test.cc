#include "acme/api/nonces.h"

#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "acme/problem_types.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

namespace step::acme {
namespace {

struct World {
    test::FakeClock clock;
    test::FakeRandom random;
    std::unique_ptr<storage::Database> database = storage::open_memory({"acme_nonces"});

    std::shared_ptr<Nonces> open(Nonces::Memory memory = Nonces::Memory::kProcess) {
        auto opened = Nonces::open(*database, random, clock, memory);
        REQUIRE(opened);
        return *opened;
    }
    std::size_t rows() const {
        std::size_t count = 0;
        REQUIRE(database->read([&](const storage::Snapshot& view) {
            return view.scan("acme_nonces", "", "", [&](auto, auto) { return ++count > 0; });
        }));
        return count;
    }
};

bool is_refused(const Status& status) {
    return !status && status.error().has_reason(kBadNonce) &&
           status.error().code == Code::kInvalidArgument;
}

constexpr Nonces::Memory kBoth[] = {Nonces::Memory::kProcess, Nonces::Memory::kDatabase};

TEST_CASE("a nonce is good once") {
    for (const Nonces::Memory memory : kBoth) {
        World world;
        const auto nonces = world.open(memory);
        const std::string first = nonces->make(), second = nonces->make();
        CHECK(first != second);
        CHECK(first.size() == 40);
        CHECK(nonces->use(second));
        CHECK(nonces->use(first));
        CHECK(is_refused(nonces->use(first)));
        CHECK(is_refused(nonces->use(second)));
    }
}

TEST_CASE("a nonce is good for an hour") {
    for (const Nonces::Memory memory : kBoth) {
        World world;
        const auto nonces = world.open(memory);
        const std::string one = nonces->make(), other = nonces->make();
        world.clock.advance(Nonces::kGoodFor);
        CHECK(nonces->use(one));
        world.clock.advance(std::chrono::seconds(1));
        CHECK(is_refused(nonces->use(other)));
    }
}

TEST_CASE("whatever bit is changed, it is no nonce of ours") {
    World world;
    const auto nonces = world.open();
    const std::string good = nonces->make();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string changed = good;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(is_refused(nonces->use(changed)));
    }
    for (const char* text : {"", "x", "====", "not base64 \x01", "AAAA"}) {
        CHECK(is_refused(nonces->use(text)));
    }
    CHECK(is_refused(nonces->use(good + "A")));
    CHECK(nonces->use(good));
}

TEST_CASE("making and using a nonce writes nothing") {
    World world;
    const auto nonces = world.open();
    CHECK(world.rows() == 1);  // The key.
    for (int i = 0; i < 100; ++i) {
        CHECK(nonces->use(nonces->make()));
    }
    CHECK(world.rows() == 1);
}

TEST_CASE("what was made before a restart is refused, since nobody knows if it was used") {
    World world;
    const std::string before = world.open()->make();
    const auto after = world.open();
    CHECK(is_refused(after->use(before)));
    CHECK(after->use(after->make()));
}

TEST_CASE("two processes on one database take each other's nonces, once") {
    World world;
    const auto one = world.open(Nonces::Memory::kDatabase);
    const auto other = world.open(Nonces::Memory::kDatabase);
    const std::string nonce = one->make();
    CHECK(other->use(nonce));
    CHECK(is_refused(one->use(nonce)));
    CHECK(is_refused(other->use(nonce)));
}

TEST_CASE("rows of nonces that ran out are swept") {
    World world;
    const auto nonces = world.open(Nonces::Memory::kDatabase);
    for (int i = 0; i < 5; ++i) {
        CHECK(nonces->use(nonces->make()));
    }
    CHECK(*nonces->sweep(100) == 0);
    CHECK(world.rows() == 6);
    world.clock.advance(std::chrono::hours(2));
    CHECK(nonces->use(nonces->make()));
    CHECK(*nonces->sweep(3) == 3);
    CHECK(*nonces->sweep(100) == 2);
    CHECK(world.rows() == 2);
}

TEST_CASE("what is remembered goes with the hour, and nothing is taken twice around it") {
    World world;
    const auto nonces = world.open();
    std::vector<std::string> old;
    for (int i = 0; i < 70'000; ++i) {
        old.push_back(nonces->make());
    }
    CHECK(nonces->use(old.front()));
    world.clock.advance(std::chrono::minutes(59));
    CHECK(is_refused(nonces->use(old.front())));
    CHECK(nonces->use(old.back()));
    world.clock.advance(std::chrono::minutes(5));
    for (int i = 0; i < 70'000; ++i) {
        (void)nonces->make();
    }
    CHECK(is_refused(nonces->use(old.front())));
    CHECK(is_refused(nonces->use(old.back())));
    CHECK(is_refused(nonces->use(old[100])));
    CHECK(nonces->use(nonces->make()));
}

TEST_CASE("of many who use one nonce, one may") {
    World world;
    const auto nonces = world.open();
    std::atomic<int> taken = 0, made_twice = 0;
    for (int round = 0; round < 50; ++round) {
        const std::string nonce = nonces->make();
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                taken += nonces->use(nonce) ? 1 : 0;
                made_twice += nonces->make() == nonce ? 1 : 0;
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    CHECK(taken == 50);
    CHECK(made_twice == 0);
}

TEST_CASE("a damaged key is an error, not another key") {
    World world;
    REQUIRE(world.database->transact([](storage::Transaction& transaction) {
        return transaction.put("acme_nonces", "key", "short");
    }));
    const auto opened = Nonces::open(*world.database, world.random, world.clock);
    CHECK(!opened);
}

}  // namespace
}  // namespace step::acme
