#include "ca/daemon.h"

#include <unistd.h>

#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "ca/server_impl.h"
#include "setup/init.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

namespace step::ca {
namespace {

struct MemorySink final : Sink {
    std::mutex mutex;
    std::string text;
    void write(std::string_view line) override {
        const std::lock_guard lock(mutex);
        text += line;
    }
    bool has(std::string_view what) {
        const std::lock_guard lock(mutex);
        return text.find(what) != std::string::npos;
    }
};

struct World {
    test::TempFolder folder;
    test::FakeConsole console;
    test::FakeClock clock;
    test::FakeRandom random;
    test::FakeEnvironment environment;
    MemorySink log;

    World() { environment.variables = {{"HOME", folder.path}}; }
    int run(const std::vector<std::string>& words) {
        return ca::run(words, {console, clock, random, environment, log});
    }
};

constexpr const char* kMissing =
    "step-ca can't find or open the configuration file for your CA.\n"
    "You may need to create a CA first by running `step ca init`.\n"
    "Documentation: step-ca help\n";

// Recorded from step-ca v0.30.2 (golden/cli/cases.json).
TEST_CASE("a missing configuration is three lines on stdout and exit code 1") {
    World world;
    CHECK(world.run({}) == 1);
    CHECK(world.console.printed == kMissing);
    CHECK(world.console.told.empty());
    world.console.printed.clear();
    CHECK(world.run({"none.json", "--password-file", "none.txt"}) == 1);
    CHECK(world.console.printed == kMissing);
}

TEST_CASE("a configuration that is wrong is one line on stderr and exit code 2") {
    World world;
    const std::string file = world.folder.write("x.json", "hello");
    CHECK(world.run({file}) == 2);
    CHECK(world.console.told ==
          "error parsing " + file +
              ": invalid character 'h' looking for beginning of value (line 1, column 1)\n");
    CHECK(world.console.printed.empty());
}

TEST_CASE("an unknown flag shows the manual and exits 1") {
    World world;
    CHECK(world.run({"--bogus"}) == 1);
    CHECK(world.console.told == "flag provided but not defined: -bogus\n");
    CHECK(world.console.printed.starts_with(
        "Incorrect Usage. flag provided but not defined: -bogus\n\nNAME\n"));
}

TEST_CASE("version and help go to stdout with exit code 0") {
    World world;
    CHECK(world.run({"version"}) == 0);
    CHECK(world.console.printed.starts_with("step++ CA/"));
    CHECK(world.console.printed.find("\nRelease Date: ") != std::string::npos);
    world.console.printed.clear();
    CHECK(world.run({"help"}) == 0);
    CHECK(world.console.printed.find("--password-file") != std::string::npos);
}

TEST_CASE("a password file that cannot be read is named") {
    World world;
    const std::string file =
        world.folder.write("x.json", R"({"root":"r","crt":"c","key":"k","address":":0"})");
    CHECK(world.run({file, "--password-file", world.folder / "none"}) == 2);
    CHECK(world.console.told ==
          "open " + world.folder.path + "/none failed: no such file or directory\n");
}

TEST_CASE("a broken contexts.json is told before anything else") {
    World world;
    (void)world.folder.write(".step/contexts.json", "bad");
    CHECK(world.run({}) == 1);
    CHECK(world.console.told ==
          "error unmarshaling context map: invalid character 'b' looking for beginning of value\n");
}

// Text recorded from step-ca v0.30.2 (golden/cli/cases.json).
TEST_CASE("--context serves the authority of a context and refuses an unknown one") {
    World world;
    (void)world.folder.write(".step/contexts.json", R"({"c1":{"profile":"p1","authority":"a1"}})");
    CHECK(world.run({"--context", "nope"}) == 1);
    CHECK(world.console.told == "context \"nope\" not found\n");
    (void)world.folder.write(".step/authorities/a1/config/ca.json", "of a1");
    world.console.told.clear();
    CHECK(world.run({"--context", "c1"}) == 2);
    CHECK(world.console.told.find("/.step/authorities/a1/config/ca.json") != std::string::npos);
}

TEST_CASE("a running CA renews its own certificate in time and stops on SIGTERM") {
    World world;
    setup::InitOptions init;
    init.dns = {"ca.test"};
    init.address = "127.0.0.1:0";
    init.provisioner = "admin";
    init.folder = world.folder.path;
    const auto root = setup::make_root("T", world.clock.now(), world.random);
    const auto intermediate = setup::make_intermediate("T", *root, world.clock.now(), world.random);
    const Secret password{Bytes("password")};
    const auto plan = setup::plan_init(init, *root, *intermediate, password, nullptr, world.random);
    REQUIRE(plan);
    REQUIRE(setup::write_init(*plan));
    Options options;
    options.password_file = world.folder.write("pass", "password\n");

    const StopSignals signals;
    Daemon daemon({world.console, world.clock, world.random, world.environment, world.log},
                  signals);
    REQUIRE(daemon.start(options, {}, *setup::load_config(plan->configuration)));
    CHECK(world.log.has("Serving HTTPS on 127.0.0.1:"));
    CHECK_FALSE(world.log.has("127.0.0.1:0 "));

    world.clock.advance(std::chrono::hours(17));
    std::thread server([&daemon] { daemon.serve(); });
    for (int i = 0; i < 10'000'000 && !world.log.has("renewed the server certificate"); ++i) {
        std::this_thread::yield();
    }
    (void)::kill(::getpid(), SIGTERM);
    server.join();
    CHECK(world.log.has("renewed the server certificate"));
    CHECK(world.log.has("shutting down ..."));
}

}  // namespace
}  // namespace step::ca
