// Several processes on one database: whatever two of them do at once, one of them does it.
#include <thread>

#include <doctest/doctest.h>

#include "acme/service_test_world.h"
#include "crypto/random.h"

namespace step::acme {
namespace {

using test::must;

constexpr int kRounds = 25;

struct Processes : ServiceWorld {
    crypto::SystemRandom shared;  ///< Thread-safe, unlike the world's.
    ServiceApp first{clock, shared, *database, authority};
    ServiceApp second{clock, shared, *database, authority};

    /// Runs `work` in both at once and gives what came of it.
    template <class Work>
    auto at_once(const Work& work) {
        std::optional<decltype(work(first))> mine, theirs;
        {
            const std::jthread other([&] { theirs.emplace(work(second)); });
            mine.emplace(work(first));
        }
        return std::pair(*std::move(mine), *std::move(theirs));
    }
};

TEST_CASE("processes that meet a new key at once make one account") {
    Processes world;
    for (int round = 0; round < kRounds; ++round) {
        const Bytes thumbprint = crypto::sha256(std::to_string(round));
        const auto [mine, theirs] = world.at_once([&](const ServiceApp& app) {
            return app.service.register_account(world.provisioner,
                                                {.thumbprint = thumbprint, .jwk = "{}"});
        });
        CHECK(must(mine).account.id == must(theirs).account.id);
        CHECK(must(mine).created != must(theirs).created);
    }
}

TEST_CASE("of two accounts that change to one key in different processes, one does") {
    Processes world;
    for (int round = 0; round < kRounds; ++round) {
        const Account accounts[] = {world.account(fmt::format("a{}", round)),
                                    world.account(fmt::format("b{}", round))};
        const Bytes thumbprint = crypto::sha256(fmt::format("new {}", round));
        const auto [mine, theirs] = world.at_once([&](const ServiceApp& app) {
            return app.service.change_key(accounts[&app == &world.first ? 0 : 1], thumbprint, "{}");
        });
        CHECK(static_cast<bool>(mine) != static_cast<bool>(theirs));
        CHECK(reason_of(mine ? theirs : mine) == Service::kKeyInUse);
        const auto holder =
            must(world.second.service.find_account(world.provisioner.id, thumbprint));
        REQUIRE(holder);
        CHECK(holder->id == accounts[mine ? 0 : 1].id);
    }
}

TEST_CASE("a challenge that is begun in two processes at once is tried by one") {
    Processes world;
    const Account alice = world.account();
    for (int round = 0; round < kRounds; ++round) {
        const std::string id = world.order(alice, {"a.test"}).order.authorization_ids.front();
        world.first.announced.ids.clear();
        world.second.announced.ids.clear();
        const auto [mine, theirs] = world.at_once([&](const ServiceApp& app) {
            return app.service.begin_challenge(alice, id, ChallengeType::kHttp01);
        });
        CHECK(must(mine).status == AuthorizationStatus::kPending);
        CHECK(must(theirs).status == AuthorizationStatus::kPending);
        CHECK(world.first.announced.ids.size() + world.second.announced.ids.size() == 1);
    }
}

TEST_CASE("an external key binds one account, whichever process is asked") {
    Processes world;
    const auto strict = ServiceWorld::made(R"({"type":"ACME","name":"strict","requireEAB":true})");
    for (int round = 0; round < kRounds; ++round) {
        const std::string id = fmt::format("key-{}", round);
        (void)must(world.database->transact([&](storage::Transaction& transaction) {
            return Store().external_keys.insert(
                transaction, {.id = id, .provisioner_id = strict.id, .key = "secret"});
        }));
        const auto [mine, theirs] = world.at_once([&](const ServiceApp& app) {
            const std::string who = &app == &world.first ? "a" : "b";
            return app.service.register_account(
                strict,
                {.thumbprint = crypto::sha256(who + id), .jwk = "{}", .external_key_id = id});
        });
        CHECK(static_cast<bool>(mine) != static_cast<bool>(theirs));
        CHECK(reason_of(mine ? theirs : mine) == kUnauthorized);
    }
}

TEST_CASE("of two orders that replace one certificate in different processes, one does") {
    Processes world;
    const Account alice = world.account();
    const auto certificate = world.certificate(world.issued(alice, {"a.test"}));
    const std::string id = renewal_id(certificate);
    const auto [mine, theirs] = world.at_once([&](const ServiceApp& app) {
        std::vector<Problem::Part> refused;
        return app.service.new_order(world.provisioner, alice,
                                     {.identifiers = ServiceWorld::dns({"a.test"}), .replaces = id},
                                     refused);
    });
    CHECK(static_cast<bool>(mine) != static_cast<bool>(theirs));
    CHECK(reason_of(mine ? theirs : mine) == kAlreadyReplaced);
}

TEST_CASE("what is proven in one process is used again, or no longer, in another") {
    Processes world;
    world.provisioner =
        ServiceWorld::made(R"({"type":"ACME","name":"acme","acme":{"reuseAuthorizations":true}})");
    const Account alice = world.account();
    const Order order = world.order(alice, {"a.test"}).order;
    world.prove(alice, order);
    const auto again = [&] {
        std::vector<Problem::Part> refused;
        return must(world.second.service.new_order(world.provisioner, alice,
                                                   {.identifiers = ServiceWorld::dns({"a.test"})},
                                                   refused))
            .status;
    };
    CHECK(again() == OrderStatus::kReady);
    (void)must(world.first.service.deactivate_authorization(alice, order.authorization_ids[0]));
    CHECK(again() == OrderStatus::kPending);
}

}  // namespace
}  // namespace step::acme
