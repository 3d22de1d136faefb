#include "ca/pid_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/temp_folder.h"

namespace step::ca {
namespace {

TEST_CASE("a pid file holds our number, for all to read, and goes with us") {
    const test::TempFolder folder;
    const std::string path = folder / "ca.pid";
    {
        const auto file = PidFile::write(path);
        REQUIRE(file);
        CHECK(*read_file(path) == std::to_string(::getpid()) + "\n");
        struct stat about{};
        REQUIRE(::stat(path.c_str(), &about) == 0);
        CHECK((about.st_mode & 0777U) == 0644U);
    }
    CHECK(kind_of(path) == Kind::kNothing);
}

TEST_CASE("a pid file that another process has taken over stays") {
    const test::TempFolder folder;
    const std::string path = folder / "ca.pid";
    {
        const auto file = PidFile::write(path);
        REQUIRE(file);
        (void)folder.write("ca.pid", "1\n");
    }
    CHECK(*read_file(path) == "1\n");
}

TEST_CASE("a pid file that cannot be written is a failure that names it") {
    const auto file = PidFile::write("/nonexistent/ca.pid");
    REQUIRE_FALSE(file);
    CHECK(file.error().detail.starts_with("error writing pidfile: "));
    CHECK(file.error().detail.find("/nonexistent") != std::string::npos);
}

}  // namespace
}  // namespace step::ca
