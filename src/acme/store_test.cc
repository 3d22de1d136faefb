#include "acme/store.h"

#include <doctest/doctest.h>

#include "crypto/digest.h"
#include "storage/memory/memory.h"
#include "tests/support/test_ca.h"

namespace step::acme {
namespace {

using test::must;

constexpr SysSeconds kNow{std::chrono::seconds(1'700'000'000)};

struct World {
    std::unique_ptr<storage::Database> database = storage::open_memory();
    Store store{};

    Status write(const std::function<Status(storage::Transaction&)>& work) {
        return database->transact(work);
    }
    template <class Look>
    auto look(Look look) {
        decltype(look(std::declval<const storage::Snapshot&>())) found = Error{};
        (void)must(database->read([&](const storage::Snapshot& view) -> Status {
            found = look(view);
            return ok();
        }));
        return must(std::move(found));
    }
};

Order order(const std::string& id, const std::string& account, SysSeconds created) {
    return {.id = id,
            .account_id = account,
            .provisioner_id = "acme/a",
            .identifiers = {{"dns", "*.a.test"}, {"ip", "::1"}},
            .authorization_ids = {"x", "y"},
            .not_before = kNow,
            .not_after = kNow + std::chrono::hours(24),
            .created = created,
            .expires = created + std::chrono::hours(24),
            .profile = "short",
            .replaces = "aki.serial",
            .error = {.type = "compound", .detail = "d", .parts = {{"dns", "no", {"dns", "b"}}}}};
}

TEST_CASE("what is written is what is read, and its version grows") {
    World world;
    const Order first = order("1", "alice", kNow);
    (void)must(world.write([&](auto& t) { return world.store.orders.insert(t, first); }));
    Order read = *world.look([&](const auto& view) { return world.store.orders.get(view, "1"); });
    CHECK(read.identifiers == first.identifiers);
    CHECK(read.authorization_ids == first.authorization_ids);
    CHECK(read.error == first.error);
    CHECK(read.profile == "short");
    CHECK(read.replaces == "aki.serial");
    CHECK(read.not_after == first.not_after);
    CHECK(read.version == 1);
    read.status = OrderStatus::kValid;
    read.serial = "serial";
    (void)must(world.write([&](auto& t) { return world.store.orders.update(t, read); }));
    const Status lost = world.write([&](auto& t) { return world.store.orders.update(t, read); });
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == Code::kConflict);
}

TEST_CASE("orders of an account come oldest first, page by page, and only its own") {
    World world;
    (void)must(world.write([&](auto& t) -> Status {
        for (int i = 0; i < 7; ++i) {  // Ids are not in order of time, and some share a second.
            STEP_TRY(
                world.store.orders.insert(t, order(std::string(1, static_cast<char>('g' - i)),
                                                   "alice", kNow + std::chrono::seconds(i / 2))));
        }
        return world.store.orders.insert(t, order("z", "bob", kNow));
    }));
    std::vector<std::string> all;
    for (std::string after;;) {
        const auto page = world.look([&](const auto& view) {
            return world.store.orders.of_account(view, "alice", after, 2);
        });
        if (page.empty()) {
            break;
        }
        all.insert(all.end(), page.begin(), page.end());
        after = page.back();
    }
    CHECK(all == std::vector<std::string>{"f", "g", "d", "e", "b", "c", "a"});
    const auto since = [&](int seconds, std::size_t limit) {
        return world.look([&](const auto& view) {
            return world.store.orders.made_since(view, "alice",
                                                 kNow + std::chrono::seconds(seconds), limit);
        });
    };
    CHECK(since(0, 100).size() == 7);
    CHECK(since(2, 100).size() == 3);
    CHECK(since(0, 4).size() == 4);
    CHECK(since(9, 4).empty());
    const auto gone = world.look([&](const auto& view) {
        return world.store.orders.expired(
            view, kNow + std::chrono::hours(24) + std::chrono::seconds(1), 100);
    });
    CHECK(gone.size() == 3);  // Two of alice, one of bob.
}

TEST_CASE("an account is found by its key at its provisioner only") {
    World world;
    const Account alice{.id = "alice",
                        .provisioner_id = "acme/a",
                        .thumbprint = crypto::sha256("k"),
                        .jwk = "{}",
                        .contacts = {"mailto:a@b", "mailto:c@d"},
                        .created = kNow};
    (void)must(world.write([&](auto& t) { return world.store.accounts.insert(t, alice); }));
    const auto find = [&](const char* provisioner, const char* key) {
        return world.look([&](const auto& view) {
            return world.store.accounts.by_key(view, provisioner, crypto::sha256(key));
        });
    };
    REQUIRE(find("acme/a", "k"));
    CHECK(find("acme/a", "k")->contacts == alice.contacts);
    CHECK_FALSE(find("acme/b", "k"));
    CHECK_FALSE(find("acme/a", "l"));
    Account moved = *find("acme/a", "k");
    moved.thumbprint = crypto::sha256("l");
    (void)must(world.write([&](auto& t) { return world.store.accounts.update(t, moved); }));
    CHECK_FALSE(find("acme/a", "k"));
    CHECK(find("acme/a", "l")->id == "alice");
}

TEST_CASE("authorizations are found when a challenge is due, and by name once valid and reusable") {
    World world;
    Authorization one{.id = "1",
                      .account_id = "alice",
                      .identifier = {"dns", "a.test"},
                      .token = "t",
                      .challenges = {{.type = ChallengeType::kDns01},
                                     {.type = ChallengeType::kHttp01,
                                      .status = ChallengeStatus::kProcessing,
                                      .error = {.type = "dns", .detail = "none"},
                                      .tries = 2,
                                      .due = kNow}},
                      .created = kNow,
                      .expires = kNow + std::chrono::hours(1),
                      .reusable = true,
                      .version = 1};
    (void)must(world.write([&](auto& t) { return world.store.authorizations.insert(t, one); }));
    const auto due = [&](SysSeconds before) {
        return world.look(
            [&](const auto& view) { return world.store.authorizations.due(view, before, 10); });
    };
    const auto valid = [&](bool wildcard, SysSeconds until) {
        return world.look([&](const auto& view) {
            return world.store.authorizations.find_valid(view, "alice", {"dns", "a.test"}, wildcard,
                                                         until);
        });
    };
    const auto next = [&] {
        return world.look(
            [&](const auto& view) { return world.store.authorizations.next_due(view); });
    };
    CHECK(due(kNow).empty());
    REQUIRE(due(kNow + std::chrono::seconds(1)).size() == 1);
    CHECK(due(kNow + std::chrono::seconds(1))[0].challenges[1].error.detail == "none");
    CHECK(due(kNow + std::chrono::seconds(1))[0].challenges[1].tries == 2);
    CHECK(next() == kNow);
    CHECK_FALSE(valid(false, kNow));

    one.status = AuthorizationStatus::kValid;
    one.challenges[1].due.reset();
    one.challenges[1].validated = kNow;
    (void)must(world.write([&](auto& t) { return world.store.authorizations.update(t, one); }));
    CHECK(due(SysSeconds::max()).empty());
    CHECK_FALSE(next());
    REQUIRE(valid(false, kNow));
    CHECK(valid(false, kNow)->challenges[1].validated == kNow);
    CHECK_FALSE(valid(true, kNow));
    CHECK_FALSE(valid(false, kNow + std::chrono::hours(1)));
}

TEST_CASE("external keys are listed by provisioner and found by id and reference") {
    World world;
    (void)must(world.write([&](auto& t) -> Status {
        for (const char* id : {"b", "a", "c"}) {
            STEP_TRY(world.store.external_keys.insert(t, {.id = id,
                                                          .provisioner_id = "p",
                                                          .reference = std::string("r") + id,
                                                          .key = "secret",
                                                          .created = kNow}));
        }
        return world.store.external_keys.insert(t, {.id = "x", .provisioner_id = "q"});
    }));
    const auto page = world.look(
        [&](const auto& view) { return world.store.external_keys.list(view, "p", "a", 10); });
    REQUIRE(page.size() == 2);
    CHECK(page[0].id == "b");
    const auto found = world.look(
        [&](const auto& view) { return world.store.external_keys.by_reference(view, "p", "rc"); });
    REQUIRE(found);
    CHECK(found->id == "c");
    CHECK_FALSE(world.look(
        [&](const auto& view) { return world.store.external_keys.by_reference(view, "q", ""); }));
    CHECK_FALSE(world.look(
        [&](const auto& view) { return world.store.external_keys.get(view, "q", "a"); }));
}

TEST_CASE("a row that cannot be read is an error, not an empty object") {
    World world;
    (void)must(world.write(
        [&](auto& t) { return world.store.orders.table().insert(t, "1", "\x07garbage"); }));
    Status read = ok();
    (void)must(world.database->read([&](const storage::Snapshot& view) -> Status {
        const auto got = world.store.orders.get(view, "1");
        CHECK_FALSE(got);
        return ok();
    }));
}

}  // namespace
}  // namespace step::acme
