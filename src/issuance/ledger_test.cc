#include "issuance/ledger.h"

#include <doctest/doctest.h>

#include "storage/memory/memory.h"
#include "x509/serial_key.h"

using namespace step;
using namespace step::issuance;

namespace {

struct LedgerWorld {
    std::unique_ptr<storage::Database> database = storage::open_memory();
    Ledger ledger{*database};

    Status record(const Entry& entry) {
        return database->transact(
            [&](storage::Transaction& transaction) { return ledger.record(transaction, entry); });
    }
};

Entry entry(char serial, std::string name, int expires, std::string provisioner = "p:k") {
    return {.serial = Bytes(15, '\0') + serial,
            .certificate = "der",
            .origin = {.provisioner = {.id = std::move(provisioner), .name = "p", .type = "JWK"}},
            .expires = SysSeconds(std::chrono::seconds(expires)),
            .names = {std::move(name)}};
}

}  // namespace

TEST_CASE("what is recorded is found again whole") {
    LedgerWorld world;
    Entry one = entry(1, "a.test", 100);
    one.origin.ra = RaInfo{.authority_id = "ra", .provisioner_name = "far"};
    REQUIRE(world.record(one));
    CHECK(*world.ledger.find(one.serial) == one);
    CHECK(!world.ledger.find("nothing")->has_value());
    CHECK(world.record(one).error().code == Code::kConflict);
}

TEST_CASE("names are found in any case, and one name's entries are not another's") {
    LedgerWorld world;
    REQUIRE(world.record(entry(1, "a.test", 100)));
    REQUIRE(world.record(entry(2, "a.test.example", 100)));
    REQUIRE(world.record(entry(3, std::string(300, 'x') + "1", 100)));
    REQUIRE(world.record(entry(4, std::string(300, 'x') + "2", 100)));
    const auto page = world.ledger.by_name("A.Test", {}, 10);
    REQUIRE(page);
    REQUIRE(page->entries.size() == 1);
    CHECK(page->entries[0].serial.back() == 1);
    CHECK(world.ledger.by_name(std::string(300, 'x') + "2", {}, 10)->entries.size() == 1);
}

TEST_CASE("pages follow each other without gap or repetition, in every order") {
    LedgerWorld world;
    for (char i = 1; i <= 7; ++i) {
        REQUIRE(world.record(entry(i, "n.test", 1000 - i)));
    }
    REQUIRE(world.record(entry(9, "n.test", 5000, "other")));
    const auto walk = [](const auto& query) {
        std::string seen;
        Bytes from;
        do {
            const auto page = query(from);
            REQUIRE(page);
            for (const Entry& one : page->entries) {
                seen += static_cast<char>('0' + one.serial.back());
            }
            from = page->next;
        } while (!from.empty());
        return seen;
    };
    CHECK(walk([&](const Bytes& from) { return world.ledger.list(from, 3); }) == "12345679");
    CHECK(walk([&](const Bytes& from) { return world.ledger.by_name("n.test", from, 2); }) ==
          "12345679");
    CHECK(walk([&](const Bytes& from) { return world.ledger.by_provisioner("p:k", from, 1); }) ==
          "1234567");
    const SysSeconds begin{}, end{std::chrono::seconds(1000)};
    CHECK(walk([&](const Bytes& from) { return world.ledger.by_expiry(begin, end, from, 4); }) ==
          "7654321");
}

TEST_CASE("an erased entry leaves nothing in any index") {
    LedgerWorld world;
    const Entry one = entry(1, "a.test", 100);
    REQUIRE(world.record(one));
    REQUIRE(world.database->transact([&](storage::Transaction& transaction) {
        return world.ledger.erase(transaction, one.serial);
    }));
    for (const std::string& keyspace : Ledger::keyspaces()) {
        int rows = 0;
        REQUIRE(world.database->read([&](const storage::Snapshot& snapshot) {
            return snapshot.scan(keyspace, {}, Bytes(100, '\xff'), [&](auto, auto) {
                ++rows;
                return true;
            });
        }));
        CHECK(rows == 0);
    }
}

TEST_CASE("equal serials have equal keys, different ones never") {
    CHECK(x509::serial_key(Bytes(1, '\x05')) == Bytes(15, '\0') + '\x05');
    CHECK(x509::serial_key(Bytes("\0\x80", 2)) == Bytes(15, '\0') + '\x80');
    CHECK(x509::serial_key(Bytes("\0", 1)) == Bytes(16, '\0'));
    CHECK(x509::serial_key("\xfb") != x509::serial_key("\x05"));
    CHECK(x509::serial_key(Bytes(13, '\x8f')).size() != 16);
    CHECK(x509::serial_key(Bytes(1000, '\x01')).size() < 100);
    CHECK(x509::serial_key(Bytes(17, '\x01')) != x509::serial_key(Bytes(18, '\x01')));
}
