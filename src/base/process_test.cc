#include "base/process.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <doctest/doctest.h>

namespace step {

TEST_CASE("a program's exit code, or the signal that ended it, comes back") {
    CHECK(*run_process({"true"}) == 0);
    CHECK(*run_process({"/bin/sh", "-c", "exit 7"}) == 7);
    CHECK(*run_process({"sh", "-c", "kill -TERM $$"}) == 256 + SIGTERM);
}

TEST_CASE("arguments arrive as they are, empty ones and blanks included") {
    CHECK(*run_process({"sh", "-c", R"([ "$#" = 2 ] && [ "$1" = "a b" ] && [ -z "$2" ])", "sh",
                        "a b", ""}) == 0);
}

TEST_CASE("a program that cannot be started says why") {
    const auto missing = run_process({"/nowhere/at-all"});
    REQUIRE(!missing);
    CHECK(missing.error().detail == "no such file or directory");
    CHECK(run_process({"/"}).error().detail == "permission denied");
}

TEST_CASE("a captured program reads what it is given and its output is kept, both streams") {
    const Bytes much(300'000, 'x');
    const auto finished = run_captured({"sh", "-c", "cat; echo told >&2; exit 3"}, much);
    REQUIRE(finished);
    CHECK(finished->code == 3);
    CHECK(finished->output == much + "told\n");
    CHECK(run_captured({"/nowhere/at-all"}, "").error().detail == "no such file or directory");
    CHECK(run_captured({"sh", "-c", "head -c 3000000 /dev/zero"}, "")->output.size() ==
          std::size_t{1} << 20);
}

TEST_CASE("a process that holds keys leaves no core file") {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool before = ::prctl(PR_GET_DUMPABLE) == 1;
        forbid_core_dumps();
        ::_exit(before && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
    }
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

}  // namespace step
