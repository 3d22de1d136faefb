#include "revocation/register.h"

#include <doctest/doctest.h>

#include "storage/memory/memory.h"
#include "x509/serial_key.h"

using namespace step;
using namespace step::revocation;

namespace {

struct World {
    std::unique_ptr<storage::Database> database = storage::open_memory();
    Register revoked{*database, Keeps::kEverything};
};

Revocation at(int seconds, std::string serial) {
    return {.serial = std::move(serial), .revoked_at = SysSeconds(std::chrono::seconds(seconds))};
}

}  // namespace

TEST_CASE("a certificate is revoked once, and the second time says so in the original's words") {
    World world;
    Revocation one = at(10, "5");
    one.expires = SysSeconds(std::chrono::seconds(99));
    one.reason = "stolen";
    one.mtls = true;
    REQUIRE(world.revoked.revoke(one));
    CHECK(*world.revoked.find(x509::serial_key("\x05")) == one);
    CHECK(*world.revoked.is_revoked(x509::serial_key("\x05")));
    CHECK(!*world.revoked.is_revoked(x509::serial_key("\x06")));
    const Status again = world.revoked.revoke(at(11, "5"));
    REQUIRE(!again);
    CHECK(again.error().code == Code::kInvalidArgument);
    CHECK(again.error().detail == "certificate with serial number '5' is already revoked");
}

TEST_CASE("a revocation that fails does not use its token up") {
    World world;
    const auto use = [](storage::Transaction& transaction) {
        return transaction.insert("used_tokens", "k", "v");
    };
    REQUIRE(world.revoked.revoke(at(10, "5")));
    CHECK(!world.revoked.revoke(at(11, "5"), use));
    CHECK(world.revoked.revoke(at(12, "6"), use));
    CHECK(!world.revoked.revoke(at(13, "7"), use));
    CHECK(!*world.revoked.is_revoked(x509::serial_key("\x07")));
}

TEST_CASE("without a database nothing can be revoked") {
    World world;
    Register none(*world.database, Keeps::kNothing);
    CHECK(none.revoke(at(1, "5")).error().code == Code::kUnsupported);
}

TEST_CASE("revocations are listed in order of time, page by page, negative serials too") {
    World world;
    REQUIRE(world.revoked.revoke(at(30, "1")));
    REQUIRE(world.revoked.revoke(at(10, "-5")));
    REQUIRE(world.revoked.revoke(at(20, "999999999999999999999999999999999999999999999999999999")));
    std::string seen;
    Bytes from;
    do {
        const auto page = world.revoked.list(from, 2);
        REQUIRE(page);
        for (const Revocation& one : page->entries) {
            seen += one.serial.substr(0, 2) + " ";
        }
        from = page->next;
    } while (!from.empty());
    CHECK(seen == "-5 99 1 ");
}
