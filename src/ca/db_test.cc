#include "ca/db.h"

#include <array>

#include <doctest/doctest.h>

#include "app/database.h"
#include "base/files.h"
#include "json/parse.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

namespace step::ca {
namespace {

struct NoLog final : Sink {
    void write(std::string_view) override {}
};

struct DatabaseWorld {
    test::TempFolder folder;
    test::FakeConsole console;
    test::FakeClock clock;
    test::FakeRandom random;
    test::FakeEnvironment environment;
    NoLog log;
    setup::DbConfig db{.type = "badgerv2", .data_source = folder / "db"};
    std::string config = folder.write(
        "ca.json", R"({"root":"r","crt":"c","key":"k","address":":0","db":{"type":"badgerv2",)"
                   R"("dataSource":")" +
                       folder.path + R"(/db"}})");

    DatabaseWorld() { environment.variables = {{"HOME", folder.path}}; }
    /// A database with one row in `certificates`, issued at a time of our choice.
    void fill() const {
        const auto database = app::open_database(db);
        REQUIRE(database);
        const std::string serial("\x01\x8c\xc8\x20\xd8\x88", 6);  // 2024-01-02T03:04:05Z in ms.
        REQUIRE((*database)->transact([&](storage::Transaction& t) {
            return t.put("certificates", serial + std::string(10, 'r'), "row");
        }));
    }
    int run(const std::vector<std::string>& words) {
        console.printed.clear();
        console.told.clear();
        return ca::run(words, {console, clock, random, environment, log});
    }
};

TEST_CASE("stat prints the tables and when the newest certificate was issued") {
    DatabaseWorld world;
    world.fill();
    REQUIRE_MESSAGE(world.run({"db", "stat", world.config}) == 0, world.console.told);
    CHECK(world.console.printed.find("Newest serial:   2024-01-02T03:04:05Z\n") !=
          std::string::npos);
    CHECK(world.console.printed.find("used_tokens") != std::string::npos);
    REQUIRE(world.run({"db", "stat", world.config, "--format", "json", "--verify"}) == 0);
    const auto value = json::parse(world.console.printed);
    REQUIRE(value);
    CHECK(*value->find("layout")->as_string() == "1");
    CHECK(world.run({"db", "stat", world.config, "--format", "xml"}) == 2);
}

TEST_CASE("a backup is restored where there is no database, or by force") {
    DatabaseWorld world;
    world.fill();
    const std::string backup = world.folder / "backup.mdb";
    REQUIRE_MESSAGE(world.run({"db", "backup", backup, world.config}) == 0, world.console.told);
    CHECK(world.run({"db", "restore", backup, world.config}) == 2);
    CHECK(world.console.told.find("--force") != std::string::npos);
    CHECK(world.run({"db", "restore", backup, world.config, "--force"}) == 0);
    CHECK(kind_of(world.folder / "db/step.mdb.replaced") == Kind::kFile);
    CHECK(world.run({"db", "compact", world.config}) == 0);
    CHECK(world.run({"db", "stat", world.config, "--verify"}) == 0);
}

TEST_CASE("what changes the file is refused while it is served") {
    DatabaseWorld world;
    world.fill();
    const auto lock = app::lock_database(world.db);
    REQUIRE(lock);
    CHECK(world.run({"db", "compact", world.config}) == 2);
    CHECK(world.console.told.find("is in use by another step-ca (process ") != std::string::npos);
    CHECK(world.run({"db", "restore", world.folder / "db/step.mdb", world.config, "--force"}) == 2);
    CHECK(world.run({"db", "stat", world.config}) == 0);
    CHECK(world.run({"db", "backup", world.folder / "b", world.config}) == 0);
    const auto second = app::lock_database(world.db);
    REQUIRE_FALSE(second);
    CHECK(second.error().detail.starts_with("Error opening database of Type badgerv2: database " +
                                            world.folder.path +
                                            "/db/step.mdb is in use by another step-ca (process "));
}

TEST_CASE("a wrong command line and a CA without a database are told") {
    DatabaseWorld world;
    CHECK(world.run({"db"}) == 1);
    CHECK(world.console.printed.find("step-ca db") != std::string::npos);
    CHECK(world.run({"db", "--help"}) == 0);
    CHECK(world.run({"db", "shrink"}) == 1);
    CHECK(world.run({"db", "backup"}) == 1);
    CHECK(world.run({"db", "stat", "a", "b"}) == 1);
    CHECK(world.run({"db", "stat", world.config}) == 2);
    CHECK(world.console.told.find("no such file or directory") != std::string::npos);
    const std::string none =
        world.folder.write("none.json", R"({"root":"r","crt":"c","key":"k","address":":0"})");
    CHECK(world.run({"db", "stat", none}) == 2);
    CHECK(world.console.told == none + " has no db: nothing is kept on disk\n");
}

}  // namespace
}  // namespace step::ca
