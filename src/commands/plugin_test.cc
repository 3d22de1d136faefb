// The rules are those of the original.
#include "commands/plugin.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/temp_folder.h"

namespace step::commands {
namespace {

struct World {
    test::TempFolder folder{};
    test::FakeConsole console{};
    test::FakeEnvironment environment{};
    std::string base = folder / "base";

    std::string program(const std::string& name, const std::string& text, bool runs = true) {
        std::string path = folder.write(name, "#!/bin/sh\n" + text + "\n");
        std::filesystem::permissions(
            path, runs ? std::filesystem::perms::owner_all : std::filesystem::perms::owner_read);
        return path;
    }
    Result<std::optional<cli::ExitCode>> run(std::vector<std::string> words) {
        return run_plugin(base, environment, console, words);
    }
};

}  // namespace

TEST_CASE("a plugin in the plugins folder goes before one on PATH, even if it cannot be run") {
    World world;
    world.environment.variables["PATH"] = "relative:" + (world.folder / "bin");
    CHECK(!find_plugin(world.base, world.environment, "x"));
    const std::string on_path = world.program("bin/step-x-plugin", "exit 3");
    CHECK(find_plugin(world.base, world.environment, "x") == on_path);
    const std::string own = world.program("base/plugins/step-x-plugin", "exit 4", false);
    CHECK(find_plugin(world.base, world.environment, "x") == own);
    CHECK(!find_plugin(world.base, world.environment, "../bin/step-x"));
}

TEST_CASE("what cannot be run does not count on PATH") {
    World world;
    world.environment.variables["PATH"] = world.folder / "bin";
    world.program("bin/step-x-plugin", "exit 3", false);
    std::filesystem::permissions(world.folder / "bin/step-x-plugin", std::filesystem::perms::none);
    std::filesystem::create_directories(world.folder / "bin/step-y-plugin");
    CHECK(!find_plugin(world.base, world.environment, "x"));
    CHECK(!find_plugin(world.base, world.environment, "y"));
}

TEST_CASE("a plugin gets the other words as they are, and its exit code is ours") {
    World world;
    const std::string seen = world.folder / "seen";
    world.program("base/plugins/step-x-plugin", "printf '<%s>' \"$@\" > " + seen + "; exit 7");
    CHECK(**world.run({"x", "--flag", "a b", "", "--help"}) == 7);
    CHECK(world.console.told == "exit status 7\n");
    CHECK(*read_file(seen) == "<--flag><a b><><--help>");
    world.console.told.clear();
    world.program("base/plugins/step-ok-plugin", "exit 0");
    CHECK(**world.run({"ok"}) == 0);
    CHECK(world.console.told.empty());
}

TEST_CASE("a plugin that a signal ends gives 255") {
    World world;
    world.program("base/plugins/step-x-plugin", "kill -KILL $$");
    CHECK(**world.run({"x"}) == 255);
    CHECK(world.console.told == "signal: killed\n");
}

TEST_CASE("a plugin that is missing is no command, but the one we know of says where it is") {
    World world;
    CHECK(!*world.run({"bogus"}));
    const auto kms = world.run({"kms", "key", "x"});
    REQUIRE(!kms);
    CHECK(kms.error().detail ==
          "The plugin \"kms\" was not found on this system.\n"
          "Download it from https://github.com/smallstep/step-kms-plugin");
}

TEST_CASE("a plugin that cannot be started says why") {
    World world;
    const std::string file = world.program("base/plugins/step-x-plugin", "");
    std::filesystem::permissions(file, std::filesystem::perms::none);
    std::filesystem::create_directories(world.folder / "base/plugins/step-y-plugin");
    CHECK(world.run({"y"}).error().detail ==
          "fork/exec " + (world.base + "/plugins/step-y-plugin") + ": permission denied");
}

}  // namespace step::commands
