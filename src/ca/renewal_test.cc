#include "ca/renewal.h"

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"

namespace step::ca {
namespace {

using namespace std::chrono_literals;

TEST_CASE("our certificate is renewed between 61 and 67 hundredths of its life") {
    test::FakeRandom random;
    const SysSeconds begin{}, end = begin + 24h;
    for (int i = 0; i < 1000; ++i) {
        const SysTime due = next_renewal(begin, end, random);
        CHECK(due <= end - 8h);
        CHECK(due > end - 8h - 72min);
    }
}

TEST_CASE("after a failure we wait between a fortieth and a twentieth of its life") {
    test::FakeRandom random;
    const SysSeconds begin{}, end = begin + 24h;
    for (int i = 0; i < 1000; ++i) {
        const Duration wait = retry_after(begin, end, random);
        CHECK(wait >= 36min);
        CHECK(wait < 72min);
    }
}

struct Timed {
    test::FakeRandom random;
    RenewalTimer timer{random};
    SysSeconds start{std::chrono::seconds(1'704'164'645)};
    Timed() { timer.issued(start, start + 24h); }
    bool due(std::chrono::seconds after) const { return timer.due(start + after); }
};

TEST_CASE("a certificate is due once two thirds of its life are over") {
    const Timed world;
    CHECK_FALSE(world.due(1h));
    CHECK_FALSE(world.due(14h + 45min));
    CHECK(world.due(16h));
}

TEST_CASE("a clock that jumps past the end or back before the start makes a certificate due") {
    const Timed world;
    CHECK(world.due(240h));
    CHECK(world.due(-1h));
    CHECK(world.timer.wait(world.start - 1h) <= RenewalTimer::kTick);
    CHECK(world.timer.wait(world.start + 1h) == RenewalTimer::kTick);
}

TEST_CASE("a failed renewal waits for a part of the lifetime, and a tick at the end of it") {
    Timed world;
    world.timer.failed(world.start + 16h);
    CHECK_FALSE(world.due(16h + 35min));
    CHECK(world.due(16h + 72min));
    // Set back, the clock does not say how long to wait; set beyond the end, it may not wait.
    CHECK(world.due(-1h));
    CHECK(world.due(25h));

    world.timer.failed(world.start + 23h + 50min);
    CHECK_FALSE(world.due(23h + 50min + 14s));
    CHECK(world.due(23h + 50min + 15s));
    world.timer.failed(world.start + 30h);
    CHECK_FALSE(world.due(30h + 14s));
    CHECK(world.due(30h + 15s));

    world.timer.issued(world.start + 30h, world.start + 54h);
    CHECK_FALSE(world.due(31h));
}

}  // namespace
}  // namespace step::ca
