#include "ca/check.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "json/parse.h"
#include "setup/init.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

namespace step::ca {
namespace {

struct NoSink final : Sink {
    void write(std::string_view) override {}
};

/// A CA made by init in a folder of its own.
struct CheckWorld {
    test::TempFolder folder;
    test::FakeConsole console;
    test::FakeClock clock;
    test::FakeRandom random;
    test::FakeEnvironment environment;
    NoSink log;
    std::string config = folder / "config/ca.json";
    std::string password_file = folder.write("password", "password\n");

    CheckWorld() {
        environment.variables = {{"HOME", folder.path}, {"STEPPATH", folder.path}};
        REQUIRE(::chmod(password_file.c_str(), 0600) == 0);
        setup::InitOptions options;
        options.dns = {"localhost"};
        options.address = "127.0.0.1:0";
        options.provisioner = "admin";
        options.folder = folder.path;
        const auto root = setup::make_root("Test", clock.now(), random);
        const auto intermediate = setup::make_intermediate("Test", *root, clock.now(), random);
        const auto plan = setup::plan_init(options, *root, *intermediate, Secret(Bytes("password")),
                                           nullptr, random);
        REQUIRE(plan);
        REQUIRE(setup::write_init(*plan));
    }
    int check(std::vector<std::string> words = {}) {
        console.printed.clear();
        console.told.clear();
        words.insert(words.begin(), "check");
        return ca::run(words, {console, clock, random, environment, log});
    }
    int check_with_password() { return check({"--password-file", password_file}); }
    void replace(const std::string& from, const std::string& to) {
        std::string text = *read_file(config);
        const std::size_t at = text.find(from);
        REQUIRE_MESSAGE(at != std::string::npos, from);
        REQUIRE(write_file(config, text.replace(at, from.size(), to), 0600));
    }
};

TEST_CASE("what init writes has nothing wrong, and checking it makes no file") {
    CheckWorld world;
    CHECK_MESSAGE(world.check_with_password() == 0, world.console.printed);
    CHECK(world.console.printed == world.config + ": ok\n");
    CHECK(kind_of(world.folder / "db/step.mdb") == Kind::kNothing);
    CHECK(kind_of(world.folder / "db/step.mdb-server") == Kind::kNothing);
}

TEST_CASE("without a password the key is not opened, which is a warning, and the rest is checked") {
    CheckWorld world;
    world.replace("\"crt\"", "\"x\": 1, \"crt\"");
    CHECK(world.check() == 0);
    CHECK(world.console.printed.find("intermediate_ca_key was not opened: it is encrypted, and "
                                     "there is no password; check again with --password-file") !=
          std::string::npos);
    CHECK(world.console.printed.find("warning: unknown key \"x\" is ignored") != std::string::npos);
    CHECK(world.console.printed.ends_with(": ok, 2 warnings\n"));
    CHECK(world.check({"--strict"}) == 1);
}

TEST_CASE("a finding is one line whatever a value holds") {
    CHECK(format_finding("f", {.place = {3, 4}, .what = "a\nb", .advice = "c"}) ==
          "f:3:4: error: a\\x0ab; c\n");
    CHECK(format_finding(
              "f", {.severity = setup::Finding::Severity::kWarning, .file = "g", .what = "w"}) ==
          "g:1:1: warning: w\n");
}

TEST_CASE("the findings as JSON name file, line and column") {
    CheckWorld world;
    world.replace("\"address\"", "\"adress\"");
    CHECK(world.check({"--json", "--password-file", world.password_file}) == 1);
    const auto value = json::parse(world.console.printed);
    REQUIRE(value);
    const json::Array& findings = *value->find("findings")->as_array();
    REQUIRE(findings.size() == 2);
    CHECK(*findings[0].find("what")->as_string() == "address cannot be empty");
    CHECK(*findings[0].find("severity")->as_string() == "error");
    CHECK(*findings[1].find("advice")->as_string() == "did you mean \"address\"?");
    CHECK(*findings[1].find("file")->as_string() == world.config);
}

TEST_CASE("a wrong command line is told apart from a wrong configuration") {
    CheckWorld world;
    CHECK(world.check({"a", "b"}) == 2);
    CHECK(world.check({"--nope"}) == 2);
    CHECK(world.check({"--help"}) == 0);
    CHECK(world.console.printed.find("step-ca check") != std::string::npos);
    CHECK(world.check({world.folder / "none.json"}) == 1);
    CHECK(world.console.printed.find("none.json:1:1: error: open ") != std::string::npos);
    CHECK(world.check({"--password-file", world.folder / "none"}) == 1);
    CHECK(world.console.printed.find("/none:1:1: error: open ") != std::string::npos);
    const std::string wrong = world.folder.write("wrong", "x");
    CHECK(world.check({"--password-file", wrong}) == 1);
    CHECK(world.console.printed.find("error decrypting ") != std::string::npos);
    CHECK(world.console.printed.find("/wrong:1:1: warning: others may read") != std::string::npos);
}

}  // namespace
}  // namespace step::ca
