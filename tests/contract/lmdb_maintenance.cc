// The file as a whole: damage is seen before it is served, one server at a time, and copies.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/files.h"
#include "storage/lmdb/check.h"
#include "storage/lmdb/lmdb.h"
#include "storage/lmdb/locks.h"
#include "storage/lmdb/maintenance.h"
#include "tests/support/temp_folder.h"

namespace step::storage {
namespace {

constexpr std::string_view kTables[] = {"a", "b"};
constexpr std::size_t kPage = 4096;

struct World {
    test::TempFolder folder;
    std::string file = folder / "step.mdb";

    std::unique_ptr<Database> open() const {
        auto opened = open_lmdb(file, kTables);
        REQUIRE_MESSAGE(opened, opened.error().detail);
        return *std::move(opened);
    }
    /// Rows of every size, some of which go again so that there is a free list.
    void fill(int rows = 400) const {
        const auto database = open();
        for (int from = 0; from < rows; from += 50) {
            REQUIRE(database->transact([&](Transaction& t) -> Status {
                for (int i = from; i < from + 50; ++i) {
                    STEP_TRY(t.put("a", "key " + std::to_string(i),
                                   std::string(static_cast<std::size_t>(i * 13 % 2500), 'v')));
                    STEP_TRY(t.put("b", std::to_string(i), ""));
                }
                return ok();
            }));
        }
        REQUIRE(database->transact([&](Transaction& t) -> Status {
            for (int i = 0; i < rows; i += 3) {
                STEP_TRY(t.erase("a", "key " + std::to_string(i)));
            }
            return ok();
        }));
    }
    static std::string dump(const Database& database) {
        std::string all;
        REQUIRE(database.read([&](const Snapshot& view) -> Status {
            for (const std::string_view table : kTables) {
                STEP_TRY(view.scan(table, "", "", [&](std::string_view key, std::string_view v) {
                    all.append(key).append("=").append(v).append("\n");
                    return true;
                }));
            }
            return ok();
        }));
        return all;
    }
    void change(std::size_t at, const std::string& bytes) const {
        const int descriptor = ::open(file.c_str(), O_WRONLY);
        REQUIRE(::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at)) > 0);
        ::close(descriptor);
    }
    std::string refusal() const {
        const auto opened = open_lmdb(file, kTables);
        if (opened) {
            return "";
        }
        CHECK(opened.error().code == Code::kInvalidArgument);
        return opened.error().detail;
    }
};

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("a database whose pages are all right is opened, compact or not") {
    const World world;
    world.fill();
    CHECK(verify_lmdb(world.file));
    CHECK(world.refusal().empty());
}

TEST_CASE("a file cut short anywhere is refused with a clear line, and one cut to nothing too") {
    for (const double part : {0.0, 0.001, 0.02, 0.5, 0.9}) {
        CAPTURE(part);
        const World world;
        world.fill();
        const auto whole = static_cast<double>(std::filesystem::file_size(world.file));
        std::filesystem::resize_file(world.file, static_cast<std::size_t>(whole * part));
        const std::string refusal = world.refusal();
        CHECK(refusal.starts_with("cannot open database " + world.file + ": "));
        CHECK(says(refusal, "damaged"));
        CHECK(says(refusal, "step-ca db restore"));
    }
}

TEST_CASE("garbage in either head is refused") {
    for (const std::size_t page : {0, 1}) {
        const World world;
        world.fill();
        world.change(page * kPage + 10, std::string(200, '\x5a'));
        CHECK(says(world.refusal(), "no database, or its first pages are damaged"));
    }
}

// Each page of the file in turn becomes zeros, or noise: refused, or the page was a free one and
// every row is still there. Never opened with less than was there.
TEST_CASE("a page that was lost is refused or was not in use") {
    const World world;
    world.fill();
    const std::string before = World::dump(*world.open());
    const Bytes good = *read_file(world.file);
    std::size_t refused = 0;
    for (const std::string& filler : {std::string(kPage, '\0'), std::string(kPage, '\xa5')}) {
        for (std::size_t at = 0; at + kPage <= good.size(); at += kPage) {
            Bytes bad = good;
            bad.replace(at, kPage, filler);
            REQUIRE(write_file(world.file, bad, 0600));
            if (!world.refusal().empty()) {
                ++refused;
                continue;
            }
            CAPTURE(at / kPage);
            CHECK(World::dump(*world.open()) == before);
        }
    }
    CHECK(refused > good.size() / kPage);  // Of two per page, more than half.
}

TEST_CASE("a page that stands in the place of another is refused") {
    const World world;
    world.fill();
    const Bytes good = *read_file(world.file);
    const std::size_t pages = good.size() / kPage;
    std::size_t refused = 0;
    for (std::size_t i = 2; i + 1 < pages; ++i) {
        Bytes bad = good;
        bad.replace(i * kPage, kPage, good, (i + 1) * kPage, kPage);
        refused += check_pages(bad, std::nullopt, Depth::kEverything) ? 0 : 1;
    }
    CHECK(refused > pages / 2);
    CHECK(check_pages(good, std::nullopt, Depth::kEverything));
    CHECK(check_pages(good, std::nullopt, Depth::kBranches));
}

TEST_CASE("a database has one server, and the second is told which process that is") {
    const World world;
    world.fill(50);
    {
        const auto first = ServerLock::take(world.file);
        REQUIRE(first);
        const auto second = ServerLock::take(world.file);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::kConflict);
        CHECK(second.error().detail ==
              "database " + world.file + " is in use by another step-ca (process " +
                  std::to_string(::getpid()) + "); a database has one server");
        CHECK(open_lmdb(world.file, kTables));  // A command may share it.
        CHECK(compact_lmdb(world.file).error().code == Code::kConflict);
        CHECK(restore_lmdb(world.file, world.file, Replace::kYes).error().code == Code::kConflict);
    }
    CHECK(ServerLock::take(world.file));
}

TEST_CASE("a file that a command has open is not replaced") {
    const World world;
    world.fill(50);
    int ready[2], done[2];
    REQUIRE(::pipe(ready) == 0);
    REQUIRE(::pipe(done) == 0);
    const pid_t other = ::fork();
    if (other == 0) {
        ::close(done[1]);
        const auto database = open_lmdb(world.file, kTables);
        char c = database ? 'y' : 'n';
        (void)!::write(ready[1], &c, 1);
        (void)!::read(done[0], &c, 1);
        ::_exit(0);
    }
    char c = 0;
    REQUIRE(::read(ready[0], &c, 1) == 1);
    CHECK(c == 'y');
    const Status compacted = compact_lmdb(world.file);
    REQUIRE_FALSE(compacted);
    CHECK(says(compacted.error().detail, "is open in another process"));
    ::close(done[1]);
    ::waitpid(other, nullptr, 0);
    CHECK(compact_lmdb(world.file));
}

TEST_CASE("compacting keeps every row, gives room back, and keeps the mode") {
    const World world;
    world.fill(1000);
    std::string before;
    {
        const auto database = world.open();
        REQUIRE(database->transact([](Transaction& t) -> Status {
            for (int i = 0; i < 900; ++i) {
                STEP_TRY(t.erase("a", "key " + std::to_string(i)));
            }
            return ok();
        }));
        before = World::dump(*database);
    }
    std::filesystem::permissions(world.file, std::filesystem::perms(0640));
    const auto size = std::filesystem::file_size(world.file);
    CHECK(stat_lmdb(world.file)->free_pages > 100);
    REQUIRE(compact_lmdb(world.file));
    CHECK(std::filesystem::file_size(world.file) < size / 2);
    CHECK(stat_lmdb(world.file)->free_pages == 0);
    CHECK(test::mode_of(world.file) == 0640);
    CHECK(World::dump(*world.open()) == before);
}

TEST_CASE("stat counts the rows of each table") {
    const World world;
    world.fill(300);
    const auto use = stat_lmdb(world.file);
    REQUIRE_MESSAGE(use, use.error().detail);
    REQUIRE(use->tables.size() == 3);
    CHECK(use->tables[0].name == "a");
    CHECK(use->tables[0].rows == 200);
    CHECK(use->tables[1].rows == 300);
    CHECK(use->tables[2] ==
          TableUse{.name = "step-format", .rows = 1, .bytes = kPage, .last_key = "layout"});
    CHECK(use->tables[0].last_key == "key 98");
    CHECK(use->pages * use->page_size >= use->tables[0].bytes + use->tables[1].bytes);
    CHECK(use->file_bytes == std::filesystem::file_size(world.file));
    CHECK(stat_lmdb(world.folder / "none").error().code == Code::kNotFound);
}

/// A process that starts now, while this one has a single thread, and works when told.
class Helper {
public:
    explicit Helper(const std::function<bool()>& work) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[1]);
            char word = 0;
            ::_exit(::read(ends[0], &word, 1) == 1 && work() ? 0 : 1);
        }
        ::close(ends[0]);
        start_ = ends[1];
    }
    ~Helper() {
        ::close(start_);
        if (!done_) {  // Later helpers hold its pipe, too: it would never see the end.
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    Helper(const Helper&) = delete;
    Helper& operator=(const Helper&) = delete;
    /// Whether it did its work.
    bool run() {
        int status = 1;
        done_ = true;
        return ::write(start_, "!", 1) == 1 && ::waitpid(pid_, &status, 0) == pid_ && status == 0;
    }

private:
    pid_t pid_ = 0;
    int start_ = -1;
    bool done_ = false;
};

TEST_CASE("a backup made while rows are written holds a state that once was") {
    const World world;
    world.fill(100);
    const std::string target = world.folder / "backup.mdb";
    // Processes of their own: one file is opened once in each.
    std::array<std::optional<Helper>, 5> helpers;
    for (auto& helper : helpers) {
        helper.emplace([&] { return static_cast<bool>(backup_lmdb(world.file, target)); });
    }
    const auto database = world.open();
    std::atomic<bool> stop = false;
    std::jthread writer([&] {
        for (int i = 0; !stop; ++i) {
            // Both tables or none.
            CHECK(database->transact([&](Transaction& t) -> Status {
                STEP_TRY(t.put("a", "pair " + std::to_string(i), ""));
                return t.put("b", "pair " + std::to_string(i), "");
            }));
        }
    });
    for (auto& helper : helpers) {
        CHECK(helper->run());
        const auto use = stat_lmdb(target);
        REQUIRE_MESSAGE(use, use.error().detail);
        CHECK(use->tables[0].rows - 66 == use->tables[1].rows - 100);
    }
    stop = true;
    CHECK(test::mode_of(target) == 0600);
}

TEST_CASE("what was backed up is restored whole; data that is there is kept or left alone") {
    const World world;
    world.fill();
    const std::string before = World::dump(*world.open());
    const std::string backup = world.folder / "backup.mdb";
    REQUIRE(backup_lmdb(world.file, backup));
    {
        const auto database = world.open();
        REQUIRE(database->transact([](Transaction& t) { return t.put("a", "later", ""); }));
    }
    const auto refused = restore_lmdb(backup, world.file, Replace::kNo);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kConflict);
    CHECK(says(World::dump(*world.open()), "later="));

    REQUIRE(restore_lmdb(backup, world.file, Replace::kYes));
    CHECK(World::dump(*world.open()) == before);
    CHECK(stat_lmdb(world.file + ".replaced")->tables[0].rows == 267);
    std::filesystem::create_directory(world.folder / "new");
    REQUIRE(restore_lmdb(backup, world.folder / "new/step.mdb", Replace::kNo));
    CHECK(stat_lmdb(world.folder / "new/step.mdb")->tables[0].rows == 266);
}

TEST_CASE("what is no backup of ours is not restored, and nothing changes") {
    const World world;
    world.fill();
    const Bytes before = *read_file(world.file);
    const std::string junk = world.folder.write("junk", std::string(20'000, 'x'));
    CHECK(restore_lmdb(junk, world.file, Replace::kYes).error().code == Code::kInvalidArgument);
    Bytes cut = before;
    cut.resize(cut.size() / 2);
    const std::string half = world.folder.write("half", cut);
    CHECK(says(restore_lmdb(half, world.file, Replace::kYes).error().detail, "damaged"));
    CHECK(restore_lmdb(world.folder / "none", world.file, Replace::kYes).error().code ==
          Code::kNotFound);
    CHECK(*read_file(world.file) == before);
}

}  // namespace
}  // namespace step::storage
