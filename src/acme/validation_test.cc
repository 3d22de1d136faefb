#include "acme/validation.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "acme/service_test_world.h"
#include "base/log.h"

using namespace step;
using namespace step::acme;
using test::must;

namespace {

struct QuietLog final : Log {
    void write(Level, std::string_view, const Fields&) override {}
};

/// Answers what it is told to, and blocks while it is held.
struct ScriptedAttempter final : Attempter {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Try> answers{};  ///< The last one stays.
    bool held = false, stopped = false;
    std::size_t tries = 0, running = 0, most = 0;

    Try attempt(const Authorization&, ChallengeType, const Account&) override {
        std::unique_lock lock(mutex);
        ++tries;
        most = std::max(most, ++running);
        changed.notify_all();
        changed.wait(lock, [this] { return !held || stopped; });
        --running;
        if (stopped || answers.empty()) {
            return {};
        }
        const Try answer = answers.front();
        if (answers.size() > 1) {
            answers.erase(answers.begin());
        }
        return answer;
    }
    void stop() override { release(true); }
    void release(bool stop = false) {
        const std::lock_guard lock(mutex);
        held = false;
        stopped = stopped || stop;
        changed.notify_all();
    }
    bool wait_for_tries(std::size_t count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(120), [&] { return tries >= count; });
    }
};

constexpr Validation::Options kNoLookOut{.look_every = std::chrono::hours(1)};

/// An order of alice with a challenge that she said is ready.
struct ValidationWorld : ServiceWorld {
    ScriptedAttempter attempter;
    QuietLog log;
    Account alice = account();
    std::string id = order(alice, {"a.test"}).order.authorization_ids.front();

    Authorization seen() { return must(one.service.find_authorization(alice, id)).authorization; }
    void begin() { (void)must(one.service.begin_challenge(alice, id, ChallengeType::kHttp01)); }
    static Challenge& http(Authorization& authorization) { return authorization.challenges[1]; }
    /// Until what was announced is on record, and the first look is over: only then may the clock
    /// be set.
    static void settle(const Validation& validation) {
        while (!validation.idle()) {
            std::this_thread::yield();
        }
    }
};

}  // namespace

TEST_CASE("what is announced is tried at once and its outcome is on record") {
    ValidationWorld world;
    world.attempter.answers = {{.verdict = Try::Verdict::kValid}};
    Validation validation(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
    world.begin();
    validation.announce(world.id, ChallengeType::kHttp01);
    REQUIRE(world.attempter.wait_for_tries(1));
    ValidationWorld::settle(validation);
    Authorization seen = world.seen();
    CHECK(seen.status == AuthorizationStatus::kValid);
    CHECK(ValidationWorld::http(seen).status == ChallengeStatus::kValid);
}

TEST_CASE("a try that failed comes again when it is due, and not before") {
    ValidationWorld world;
    world.attempter.answers = {
        {.verdict = Try::Verdict::kRetry, .error = {.type = "connection", .detail = "refused"}},
        {.verdict = Try::Verdict::kValid}};
    Validation validation(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
    world.begin();
    validation.announce(world.id, ChallengeType::kHttp01);
    REQUIRE(world.attempter.wait_for_tries(1));
    ValidationWorld::settle(validation);
    Authorization seen = world.seen();
    CHECK(ValidationWorld::http(seen).status == ChallengeStatus::kProcessing);
    CHECK(ValidationWorld::http(seen).error.type == "connection");
    validation.look();
    ValidationWorld::settle(validation);
    CHECK(world.attempter.tries == 1);
    world.clock.time += std::chrono::seconds(6);
    validation.look();
    REQUIRE(world.attempter.wait_for_tries(2));
    ValidationWorld::settle(validation);
    CHECK(world.seen().status == AuthorizationStatus::kValid);
}

TEST_CASE("what a process that died left behind is found once its lease is over, by one only") {
    ValidationWorld world;
    world.attempter.answers = {{.verdict = Try::Verdict::kValid}};
    world.begin();  // And nobody hears of it.
    ScriptedAttempter other;
    Validation first(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
    Validation second(world.clock, *world.database, world.log, other, kNoLookOut);
    ValidationWorld::settle(first);
    ValidationWorld::settle(second);
    first.look();
    second.look();
    CHECK(world.attempter.tries + other.tries == 0);
    world.clock.time += Validation::kLease + std::chrono::seconds(1);
    world.attempter.held = true;
    first.look();
    REQUIRE(world.attempter.wait_for_tries(1));
    second.look();
    ValidationWorld::settle(second);
    CHECK(other.tries == 0);
    world.attempter.release();
    ValidationWorld::settle(first);
    CHECK(world.seen().status == AuthorizationStatus::kValid);
}

TEST_CASE("what a process that died left behind is due at once for the only one that follows") {
    ValidationWorld world;
    world.attempter.answers = {{.verdict = Try::Verdict::kValid}};
    world.begin();  // And nobody hears of it.
    REQUIRE(take_over_tries(*world.database, world.clock.time));
    Validation next(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
    next.look();
    REQUIRE(world.attempter.wait_for_tries(1));
    ValidationWorld::settle(next);
    CHECK(world.seen().status == AuthorizationStatus::kValid);
}

TEST_CASE("the end stops a try that runs and leaves it to whoever comes next") {
    ValidationWorld world;
    world.begin();
    world.attempter.held = true;
    {
        Validation validation(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
        validation.announce(world.id, ChallengeType::kHttp01);
        REQUIRE(world.attempter.wait_for_tries(1));
    }
    Authorization seen = world.seen();
    CHECK(ValidationWorld::http(seen).status == ChallengeStatus::kProcessing);
    CHECK(ValidationWorld::http(seen).tries == 0);
    ScriptedAttempter next;
    next.answers = {{.verdict = Try::Verdict::kValid}};
    Validation validation(world.clock, *world.database, world.log, next, kNoLookOut);
    validation.look();
    REQUIRE(next.wait_for_tries(1));
    ValidationWorld::settle(validation);
    CHECK(world.seen().status == AuthorizationStatus::kValid);
}

TEST_CASE("many tries share a few threads, and one that hangs does not hold up the others") {
    ValidationWorld world;
    world.attempter.answers = {{.verdict = Try::Verdict::kValid}};
    world.attempter.held = true;
    Validation validation(world.clock, *world.database, world.log, world.attempter,
                          {.threads = 3, .look_every = std::chrono::hours(1)});
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) {
        ids.push_back(world.order(world.alice, {"b.test"}).order.authorization_ids[0]);
        (void)must(
            world.one.service.begin_challenge(world.alice, ids.back(), ChallengeType::kDns01));
        validation.announce(ids.back(), ChallengeType::kDns01);
    }
    REQUIRE(world.attempter.wait_for_tries(3));
    CHECK(world.attempter.most == 3);
    world.attempter.release();
    REQUIRE(world.attempter.wait_for_tries(20));
    ValidationWorld::settle(validation);
    CHECK(world.attempter.most == 3);
    for (const std::string& id : ids) {
        CHECK(must(world.two.service.find_authorization(world.alice, id)).status ==
              AuthorizationStatus::kValid);
    }
}

TEST_CASE("a challenge whose authorization ended meanwhile is no longer due") {
    ValidationWorld world;
    world.begin();
    (void)must(world.one.service.deactivate_authorization(world.alice, world.id));
    world.clock.time += std::chrono::hours(1);
    Validation validation(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
    validation.look();
    ValidationWorld::settle(validation);
    CHECK(world.attempter.tries == 0);
    const Store store;
    (void)must(world.database->read([&](const storage::Snapshot& view) -> Status {
        CHECK_FALSE(must(store.authorizations.next_due(view)));
        return ok();
    }));
}

TEST_CASE("whoever waits for a try that runs is woken once its outcome is on record") {
    ValidationWorld world;
    world.attempter.answers = {{.verdict = Try::Verdict::kValid}};
    world.attempter.held = true;
    Validation validation(world.clock, *world.database, world.log, world.attempter, kNoLookOut);
    CHECK_FALSE(validation.await(world.id, std::chrono::hours(1)));  // Nothing runs.
    world.begin();
    validation.announce(world.id, ChallengeType::kHttp01);
    REQUIRE(world.attempter.wait_for_tries(1));
    CHECK_FALSE(validation.await("another", std::chrono::hours(1)));
    CHECK_FALSE(validation.await(world.id, std::chrono::milliseconds(1)));  // It takes longer.
    std::vector<std::jthread> waiting;
    std::atomic<int> seen_valid = 0;
    for (int i = 0; i < 3; ++i) {
        waiting.emplace_back([&] {
            // Those that come too late for the try see what it left.
            (void)validation.await(world.id, std::chrono::hours(1));
            seen_valid += world.seen().status == AuthorizationStatus::kValid ? 1 : 0;
        });
    }
    world.attempter.release();
    waiting.clear();
    CHECK(seen_valid == 3);
}

TEST_CASE(
    "no more callers wait for tries than may, and the end of the validation ends their wait") {
    ValidationWorld world;
    world.attempter.held = true;
    auto validation = std::make_unique<Validation>(
        world.clock, *world.database, world.log, world.attempter,
        Validation::Options{.watched = 1, .look_every = std::chrono::hours(1)});
    world.begin();
    validation->announce(world.id, ChallengeType::kHttp01);
    REQUIRE(world.attempter.wait_for_tries(1));
    std::atomic<int> over = 0;
    std::jthread first([&] {
        (void)validation->await(world.id, std::chrono::hours(1));
        ++over;
    });
    // Whoever of the two was second is turned away at once.
    std::jthread second([&] {
        (void)validation->await(world.id, std::chrono::hours(1));
        ++over;
    });
    while (over == 0) {
        std::this_thread::yield();
    }
    world.attempter.stop();
    first.join();
    second.join();
    CHECK(over == 2);
}
