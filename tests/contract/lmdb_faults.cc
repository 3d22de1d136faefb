// What LMDB promises when the world is bad: the process is killed, the disk is full.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "storage/lmdb/lmdb.h"

namespace step::storage {
namespace {

constexpr std::string_view kTables[] = {"a"};

struct Folder {
    std::filesystem::path path = [] {
        std::string name = std::filesystem::temp_directory_path() / "faults-XXXXXX";
        return std::filesystem::path(::mkdtemp(name.data()));
    }();
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file() const { return path / "step.mdb"; }
};

/// Runs `child` in a process of its own, from which it does not return.
template <class Child>
pid_t spawn(const Child& child) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::_exit(child());
    }
    return pid;
}

int exit_code(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Eight threads insert keys and tell each over the pipe once transact has returned.
int insert_until_killed(const std::string& file, int told) {
    const auto database = open_lmdb(file, kTables);
    std::atomic<int> next = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (;;) {
                const std::string key =
                    std::to_string(::getpid()) + "-" + std::to_string(next++) + "\n";
                const Status done = (*database)->transact(
                    [&](Transaction& t) { return t.insert("a", key, std::string(900, 'c')); });
                if (!done || ::write(told, key.data(), key.size()) < 0) {
                    ::_exit(2);
                }
            }
        });
    }
    threads.clear();
    return 2;
}

TEST_CASE("after kill -9 every row whose transact had returned is there") {
    const Folder folder;
    std::set<std::string> told;
    for (int round = 0; round < 5; ++round) {
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const pid_t pid = spawn([&] { return insert_until_killed(folder.file(), pipe[1]); });
        ::close(pipe[1]);
        std::string text;
        char buffer[4096];
        bool killed = false;
        for (ssize_t count = 0; (count = ::read(pipe[0], buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(count));
            if (!killed && text.size() > 1500) {
                ::kill(pid, SIGKILL);
                killed = true;
            }
        }
        ::close(pipe[0]);
        CHECK(exit_code(pid) == -1);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at) + 1;
            told.insert(text.substr(at, end - at));
            at = end;
        }
    }
    const auto database = open_lmdb(folder.file(), kTables);
    REQUIRE(database);
    std::set<std::string> kept;
    CHECK((*database)->read([&](const Snapshot& view) {
        return view.scan("a", "", "", [&](std::string_view key, std::string_view) {
            kept.emplace(key);
            return true;
        });
    }));
    CHECK(told.size() > 100);
    CHECK(std::includes(kept.begin(), kept.end(), told.begin(), told.end()));
}

/// 0 if everything went as promised, else the number of the broken promise.
int fill_the_disk(const std::string& file) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t all = limit.rlim_cur;
    limit.rlim_cur = 2'000'000;
    ::setrlimit(RLIMIT_FSIZE, &limit);

    const auto database = open_lmdb(file, kTables);
    if (!database) {
        return 1;
    }
    int rows = 0;
    const auto add = [&] {
        return (*database)->transact([&](Transaction& t) {
            return t.insert("a", std::to_string(rows), std::string(3000, 'v'));
        });
    };
    Status done = ok();
    while (rows < 10'000 && (done = add())) {
        ++rows;
    }
    if (done || done.error().code != Code::kUnavailable || rows < 100) {
        return 2;
    }
    const auto count = [&] {
        int seen = 0;
        (void)(*database)->read([&](const Snapshot& view) {
            return view.scan("a", "", "", [&](auto, auto) { return ++seen > 0; });
        });
        return seen;
    };
    if (count() != rows) {
        return 3;  // What failed left something, or took something along.
    }
    limit.rlim_cur = all;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (!add()) {
        return 4;  // Room again, and still refusing.
    }
    ++rows;
    return count() == rows ? 0 : 5;
}

// A limit on the size of files stands in for the full disk, which only root can make.
TEST_CASE("a full disk fails works, leaves the rest, and room lets them go on without restart") {
    const Folder folder;
    CHECK(exit_code(spawn([&] { return fill_the_disk(folder.file()); })) == 0);
}

TEST_CASE("a database of another program or of a later layout is refused") {
    const Folder folder;
    {
        REQUIRE(open_lmdb(folder.file(), kTables));
    }
    // The layout mark is the value "1" after its key; a later release would write more.
    std::string bytes;
    {
        std::FILE* file = std::fopen(folder.file().c_str(), "r+b");
        REQUIRE(file != nullptr);
        char buffer[65536];
        const std::size_t count = std::fread(buffer, 1, sizeof buffer, file);
        bytes.assign(buffer, count);
        const std::size_t mark = bytes.find("layout1");
        REQUIRE(mark != std::string::npos);
        std::fseek(file, static_cast<long>(mark + 6), SEEK_SET);
        std::fputc('2', file);
        std::fclose(file);
    }
    const auto opened = open_lmdb(folder.file(), kTables);
    REQUIRE(!opened);
    CHECK(opened.error().code == Code::kInvalidArgument);
    CHECK(opened.error().detail.find("version 2") != std::string::npos);
}

TEST_CASE("a folder that does not exist makes opening fail, not the process") {
    const auto opened = open_lmdb("/nonexistent/step.mdb", kTables);
    REQUIRE(!opened);
    CHECK(opened.error().code == Code::kUnavailable);
}

}  // namespace
}  // namespace step::storage
