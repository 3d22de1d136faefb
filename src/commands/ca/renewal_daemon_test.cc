#include <doctest/doctest.h>

#include "commands/ca/renewal_schedule.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

using namespace step;
using namespace step::commands;
using namespace std::chrono_literals;

namespace {

const SysSeconds kBegin{1'704'164'645s};
const RenewalRule kDay{.not_before = kBegin, .not_after = kBegin + 24h};

}  // namespace

TEST_CASE("a certificate is renewed when between 1/3 and 1/3 + 1/20 of its life is left") {
    test::FakeRandom random;
    Duration least = 24h, most = 0h;
    for (int i = 0; i < 1000; ++i) {
        const Duration wait = wait_for_renewal(kDay, kBegin, random);
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    CHECK(most <= 16h);
    CHECK(most > 16h - 2min);
    CHECK(least > 16h - 72min);
    CHECK(least < 16h - 70min);
}

TEST_CASE("close to the moment any part of the wait will do, and past it there is none") {
    test::FakeRandom random;
    const Duration wait = wait_for_renewal(kDay, kBegin + 15h + 30min, random);
    CHECK(wait >= 0s);
    CHECK(wait < 30min);
    CHECK(wait_for_renewal(kDay, kBegin + 16h, random) == 0s);
    CHECK(wait_for_renewal(kDay, kBegin + 25h, random) == 0s);
}

TEST_CASE("a period is kept exactly, and is over when less than it is left") {
    test::FakeRandom random;
    RenewalRule rule = kDay;
    rule.period = 5h;
    CHECK(wait_for_renewal(rule, kBegin + 18h, random) == 5h);
    CHECK(wait_for_renewal(rule, kBegin + 19h, random) == 0s);
}

TEST_CASE("after failures the wait doubles up to 15 minutes, half of it at random") {
    test::FakeRandom random;
    const auto between = [&](unsigned failures, Duration low, Duration high) {
        const Duration wait = wait_after_failure(failures, 1000h, random);
        return wait >= low && wait < high;
    };
    CHECK(between(1, 30s, 60s));
    CHECK(between(2, 60s, 120s));
    CHECK(between(4, 4min, 8min));
    for (const unsigned many : {5U, 100U, 4'000'000'000U}) {
        CHECK(between(many, 450s, 900s));
    }
}

TEST_CASE("what is left of a short life is tried again and again, but not without a pause") {
    test::FakeRandom random;
    CHECK(wait_after_failure(10, 80s, random) <= 10s);
    CHECK(wait_after_failure(10, 1s, random) == 1s);
    CHECK(wait_after_failure(1, -1h, random) >= 30s);
}

TEST_CASE("an appointment comes with either clock") {
    test::FakeClock clock;
    const Appointment appointment = make_appointment(clock, 1h);
    CHECK(until(appointment, clock) == 1h);
    clock.advance(10min);
    CHECK(until(appointment, clock) == 50min);
    // The machine slept: only the calendar went on.
    clock.time += 2h;
    CHECK(until(appointment, clock) < 0s);
    // Somebody set the calendar back by a year: the other clock still counts.
    clock.time -= 8760h;
    CHECK(until(appointment, clock) == 50min);
    clock.ticks += 50min;
    CHECK(until(appointment, clock) <= 0s);
}
