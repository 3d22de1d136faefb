#include "base/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include "base/readable_file.h"
#include "base/secret.h"

namespace step {
namespace {

struct Folder {
    std::string path = [] {
        std::string name = std::filesystem::temp_directory_path() / "files-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        return name;
    }();
    ~Folder() { std::filesystem::remove_all(path); }
    std::string operator/(const std::string& name) const { return path + "/" + name; }
    std::size_t count() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path),
                                                      std::filesystem::directory_iterator()));
    }
};

unsigned mode_of(const std::string& path) {
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

TEST_CASE("write_file makes a file with the mode asked for, whatever the umask") {
    const Folder folder;
    const mode_t old = ::umask(077);
    CHECK(write_file(folder / "a", "1", 0644));
    ::umask(old);
    CHECK(mode_of(folder / "a") == 0644);
    CHECK(*read_file(folder / "a") == "1");
    CHECK(folder.count() == 1);  // No temporary file is left.
}

TEST_CASE("write_file keeps the mode of a certificate and tightens that of a key") {
    const Folder folder;
    REQUIRE(write_file(folder / "a", "1", 0644));
    CHECK(write_file(folder / "a", "2", 0600));
    CHECK(mode_of(folder / "a") == 0644);
    CHECK(write_file(folder / "a", "3", 0600, Mode::kExact));
    CHECK(mode_of(folder / "a") == 0600);
    CHECK(*read_file(folder / "a") == "3");
}

TEST_CASE("write_file replaces what a symbolic link points to, not the link") {
    const Folder folder;
    REQUIRE(write_file(folder / "real", "1", 0600));
    std::filesystem::create_symlink("real", folder / "link");
    CHECK(write_file(folder / "link", "2", 0600));
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(*read_file(folder / "real") == "2");

    std::filesystem::create_symlink("later", folder / "dangling");
    CHECK(write_file(folder / "dangling", "3", 0600));
    CHECK(*read_file(folder / "later") == "3");
}

TEST_CASE("write_file writes through a device and refuses a folder") {
    const Folder folder;
    CHECK(write_file("/dev/null", "x", 0600));
    const auto refused = write_file(folder.path, "x", 0600);
    REQUIRE(!refused);
    CHECK(refused.error().detail == "open " + folder.path + " failed: is a directory");
}

TEST_CASE("files that belong together are replaced together or not at all") {
    const Folder folder;
    const std::string key = folder / "key", certificate = folder / "crt";
    REQUIRE(write_file(key, "old key", 0644));
    REQUIRE(write_file(certificate, "old crt", 0644));
    const auto both = [&](const std::string& first, const std::string& second) {
        return replace_together({{.path = first, .bytes = "new key", .treat = Mode::kExact},
                                 {.path = second, .bytes = "new crt"}});
    };
    CHECK(!both(key, folder / "none/crt"));
    CHECK(!both(key, folder.path));
    CHECK(!both(key, "/dev/full"));
    CHECK(!both(key, key));
    CHECK(*read_file(key) == "old key");
    CHECK(both(key, certificate));
    CHECK(*read_file(key) == "new key");
    CHECK(*read_file(certificate) == "new crt");
    CHECK(mode_of(key) == 0600);
    CHECK(mode_of(certificate) == 0644);
    CHECK(std::ranges::distance(std::filesystem::directory_iterator(folder.path)) == 2);
}

TEST_CASE("read_file says what is wrong and stops at the limit") {
    const Folder folder;
    const auto missing = read_file(folder / "no");
    REQUIRE(!missing);
    CHECK(missing.error().code == Code::kNotFound);
    CHECK(missing.error().detail ==
          "open " + folder.path + "/no failed: no such file or directory");
    REQUIRE(write_file(folder / "big", std::string(100, 'x'), 0600));
    const auto large = read_file(folder / "big", 99);
    REQUIRE(!large);
    CHECK(large.error().code == Code::kTooLarge);
    CHECK(read_file(folder / "big", 100));
}

TEST_CASE("make_folders makes each missing part and refuses a file in the way") {
    const Folder folder;
    CHECK(make_folders(folder / "a/b/c", 0700));
    CHECK(mode_of(folder / "a/b") == 0700);
    CHECK(make_folders(folder / "a/b/c"));
    REQUIRE(write_file(folder / "f", "", 0600));
    CHECK(!make_folders(folder / "f/x"));
    CHECK(kind_of(folder / "a") == Kind::kFolder);
    CHECK(kind_of(folder / "f") == Kind::kFile);
    CHECK(kind_of(folder / "none") == Kind::kNothing);
}

TEST_CASE("paths join and clean as in Go's path/filepath") {
    CHECK(clean_path("a//b/./../c/") == "a/c");
    CHECK(clean_path("/../a") == "/a");
    CHECK(clean_path("../../a") == "../../a");
    CHECK(clean_path("") == ".");
    CHECK(join_path("/a", "../b") == "/b");
    CHECK(join_path("", "b/") == "b");
    CHECK(folder_of("/a/b") == "/a");
    CHECK(folder_of("b") == ".");
    CHECK(name_of("/a/b/") == "b");
}

TEST_CASE("a secret is gone from where it was moved") {
    Secret first(Bytes("short"));
    const Secret second(std::move(first));
    CHECK(second.view() == "short");
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move)
}

}  // namespace
TEST_CASE("a file is read in pieces, up to its end, and only if it is one") {
    const Folder folder;
    const std::string path = folder / "f";
    REQUIRE(write_file(path, "0123456789", 0600));
    const auto file = ReadableFile::open(path);
    REQUIRE(file);
    CHECK(file->size() == 10);
    CHECK(*file->read_at(0, 3) == "012");
    CHECK(*file->read_at(8, 5) == "89");
    CHECK(file->read_at(10, 5)->empty());
    CHECK(ReadableFile::open(folder.path).error().detail ==
          "open " + folder.path + " failed: is a directory");
    CHECK(ReadableFile::open(path + "x").error().code == Code::kNotFound);
    CHECK_FALSE(ReadableFile::open("/dev/null"));
}

}  // namespace step
