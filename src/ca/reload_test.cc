#include <unistd.h>

#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/text.h"
#include "ca/server_impl.h"
#include "setup/init.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

namespace step::ca {
namespace {

struct ReloadSink final : Sink {
    std::mutex mutex;
    std::string text;
    void write(std::string_view line) override {
        const std::lock_guard lock(mutex);
        text += line;
    }
    /// What was written since the last call, once `what` is in it.
    std::string until(std::string_view what) {
        for (int i = 0; i < 120'000; ++i) {
            {
                const std::lock_guard lock(mutex);
                if (text.find(what) != std::string::npos) {
                    return std::exchange(text, "");
                }
            }
            (void)::usleep(1000);
        }
        FAIL("never logged: ", what);
        return "";
    }
};

/// A CA that serves in a thread until the object goes.
struct Serving {
    test::TempFolder folder;
    test::FakeConsole console;
    test::FakeClock clock;
    test::FakeRandom random;
    test::FakeEnvironment environment;
    ReloadSink log;
    StopSignals signals;
    std::optional<Daemon> daemon{};
    std::thread thread{};
    std::string file{};

    Serving() {
        setup::InitOptions init;
        init.dns = {"ca.test"};
        init.address = "127.0.0.1:0";
        init.provisioner = "admin";
        init.folder = folder.path;
        const auto root = setup::make_root("T", clock.now(), random);
        const auto intermediate = setup::make_intermediate("T", *root, clock.now(), random);
        const Secret password{Bytes("password")};
        const auto plan = setup::plan_init(init, *root, *intermediate, password, nullptr, random);
        REQUIRE(plan);
        REQUIRE(setup::write_init(*plan));
        file = plan->configuration;
        Options options;
        options.password_file = folder.write("pass", "password\n");
        daemon.emplace(Services{console, clock, random, environment, log}, signals);
        REQUIRE(daemon->start(options, {}, *setup::load_config(file)));
        // The password is kept: a reload must not need the file.
        (void)::unlink(options.password_file.c_str());
        (void)log.until("Serving HTTPS on 127.0.0.1:");
        thread = std::thread([this] { daemon->serve(); });
    }
    ~Serving() {
        (void)::kill(::getpid(), SIGTERM);
        thread.join();
    }

    /// Changes the configuration's text, sends SIGHUP, and gives the log up to `end`.
    std::string reload(const std::string& from, const std::string& to, std::string_view end) {
        std::string text = *read_file(file);
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        text.replace(at, from.size(), to);
        REQUIRE(write_file(file, text, 0600));
        (void)::kill(::getpid(), SIGHUP);
        return log.until(end);
    }
};

constexpr std::string_view kKept = "Continuing to run with the original configuration.";

TEST_CASE("SIGHUP puts a new configuration in place, with the password kept from the start") {
    Serving world;
    const std::string log = world.reload("\"ca.test\"", "\"other.test\"", "reloaded ");
    CHECK(log.find("reloading ...") != std::string::npos);
    CHECK(log.find("Serving HTTPS") == std::string::npos);
}

TEST_CASE("a configuration that cannot be read or opened leaves the old one, and says why") {
    Serving world;
    CHECK(world.reload("{", "[", kKept).find("error reloading the configuration: ") !=
          std::string::npos);
    CHECK(world.reload("[", "{", "reloaded ").find(kKept) == std::string::npos);
    const std::string log = world.reload("root_ca.crt", "none.crt", kKept);
    CHECK(log.find("none.crt\": no such file or directory") != std::string::npos);
}

TEST_CASE("the db section may not change while the CA runs") {
    Serving world;
    const std::string log = world.reload("\"badgerv2\"", "\"bbolt\"", kKept);
    CHECK(log.find("the section \"db\" has changed, which needs a restart") != std::string::npos);
}

TEST_CASE("the listener moves when the address changes; one that cannot be had changes nothing") {
    Serving world;
    const std::string moved = world.reload("127.0.0.1:0", "127.0.0.2:0", "reloaded ");
    CHECK(moved.find("Serving HTTPS on 127.0.0.2:") != std::string::npos);
    const std::string kept = world.reload("127.0.0.2:0", "192.0.2.1:0", kKept);
    CHECK(kept.find("listen tcp 192.0.2.1:0: bind: ") != std::string::npos);
    CHECK(world.reload("192.0.2.1:0", "127.0.0.2:0", "reloaded ").find("Serving HTTPS") ==
          std::string::npos);
}

}  // namespace
}  // namespace step::ca
