#include "base/process.h"

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

}  // namespace step
