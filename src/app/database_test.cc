#include "app/database.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/temp_folder.h"

namespace step::app {
namespace {

using test::TempFolder;

setup::DbConfig at(const std::string& type, const std::string& source) {
    return {.type = type, .data_source = source};
}

/// True if a row written to `table` is found again.
bool keeps(storage::Database& database, std::string_view table) {
    REQUIRE(database.transact(
        [&](storage::Transaction& transaction) { return transaction.put(table, "k", "v"); }));
    bool found = false;
    REQUIRE(database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(const auto value, view.get(table, "k"));
        found = value.has_value();
        return ok();
    }));
    return found;
}

TEST_CASE("badger types lie in step.mdb of their folder, bbolt in the file it names") {
    const TempFolder folder;
    for (const char* type : {"badger", "badgerv1", "BadgerV2"}) {
        const std::string source = folder / (std::string("a/") + type);
        const auto database = open_database(at(type, source));
        REQUIRE_MESSAGE(database, database.error().detail);
        CHECK(kind_of(source + "/step.mdb") == Kind::kFile);
        CHECK(test::mode_of(source) == 0700);
        CHECK(keeps(**database, "revoked_certificates"));
    }
    REQUIRE(open_database(at("bbolt", folder / "b/ca.db")));
    CHECK(kind_of(folder / "b/ca.db") == Kind::kFile);
}

TEST_CASE("without a db only used tokens are kept") {
    const auto database = open_database(std::nullopt);
    REQUIRE(database);
    CHECK(keeps(**database, "used_tokens"));
    CHECK_FALSE(keeps(**database, "certificates"));
}

TEST_CASE("a place that holds the original's data is refused, whatever the engine") {
    for (const char* name : {"MANIFEST", "KEYREGISTRY", "000001.vlog", "000001.sst"}) {
        CAPTURE(name);
        const TempFolder folder;
        (void)folder.write(std::string("db/") + name, "");
        const auto refused = open_database(at("badgerv2", folder / "db"));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().detail.starts_with(
            "Error opening database of Type badgerv2: " + folder.path +
            "/db holds data of the original step-ca (" + name + ")"));
        CHECK(kind_of(folder / "db/step.mdb") == Kind::kNothing);

        setup::DbConfig elsewhere = at("badgerv2", folder / "other");
        elsewhere.value_dir = folder / "db";
        CHECK_FALSE(open_database(elsewhere));
    }
    // The first page of a bbolt file: page header, magic, version (bbolt, db.go).
    const TempFolder folder;
    const std::string bbolt = std::string(16, '\0') + "\xed\xda\x0c\xed" + std::string(4076, '\0');
    (void)folder.write("db/x", bbolt);
    CHECK(open_database(at("bbolt", folder / "db/x")).error().detail.find("a bbolt file") !=
          std::string::npos);
    CHECK_FALSE(open_database(at("badger", folder / "db")));
}

TEST_CASE("a folder that cannot be made is named") {
    const TempFolder folder;
    (void)folder.write("file", "");
    const auto failed = open_database(at("badgerv2", folder / "file/db"));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().detail.starts_with("Error opening database of Type badgerv2: "));
}

}  // namespace
}  // namespace step::app
