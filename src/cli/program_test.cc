// Exit codes and wording are those of golden/cli/cases.json, recorded from the original.
#include "cli/program.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/fake_random.h"

namespace step::cli {
namespace {

Command version() {
    return {.path = "version",
            .brief = "print the version",
            .manual = "Says who we are.",
            .run = [](Context& context) -> Result<ExitCode> {
                context.console.out("1.0\n");
                return 0;
            }};
}
Command fail() {
    return {.path = "ca fail",
            .brief = "fail",
            .usage = "<x>",
            .manual = "Fails.",
            .flags = {{.name = "force/f", .type = FlagType::kBool},
                      {.name = "secret", .hidden = true},
                      {.name = "set"}},
            .run = [](Context& context) -> Result<ExitCode> {
                STEP_TRY(context.args.expect_positionals(1));
                return Error{.code = Code::kForbidden,
                             .detail = "no",
                             .cause = "because",
                             .reason = kMoreWithDebug};
            }};
}
Command seven() {
    return {.path = "ca seven", .brief = "say 7", .run = [](Context&) -> Result<ExitCode> {
                return 7;
            }};
}

struct World {
    test::FakeConsole console{};
    test::FakeClock clock{};
    test::FakeRandom random{};
    test::FakeEnvironment environment{};
    std::optional<Error> settings_error{};

    int run(const std::vector<std::string>& words) {
        static constexpr Entry kEntries[] = {
            {"version", version}, {"ca fail", fail}, {"ca seven", seven}};
        static constexpr Group kGroups[] = {{"ca", "run a CA", ""}};
        console = {};
        return run_program(
            {.program = "step", .brief = "tests", .commands = kEntries, .groups = kGroups}, words,
            {console, clock, random, environment, [this](const std::string&) -> Result<Settings> {
                 return settings_error ? Result<Settings>(*settings_error)
                                       : Result<Settings>(Settings{});
             }});
    }
};

}  // namespace

TEST_CASE("unknown words are no help topic and exit 3") {
    World world;
    CHECK(world.run({"bogus", "x"}) == 3);
    CHECK(world.console.told == "No help topic for 'bogus'\n");
    CHECK(world.run({"ca", "bogus"}) == 3);
    CHECK(world.console.told == "No help topic for 'bogus'\n");
    CHECK(world.run({"help", "ca", "bogus"}) == 3);
    CHECK(world.console.told == "No help topic for 'step ca bogus'\n");
    CHECK(world.run({"h", "bogus"}) == 3);
    CHECK(world.console.told == "No help topic for 'step bogus'\n");
}

TEST_CASE("usage errors print help on stdout and the error on both") {
    World world;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--bogus"}, {"ca", "--bogus"}}) {
        CHECK(world.run(words) == 1);
        CHECK(world.console.told == "flag provided but not defined: -bogus\n");
        CHECK(world.console.printed.starts_with(
            "Incorrect Usage. flag provided but not defined: -bogus\n\nNAME\n"));
    }
    CHECK(world.run({"ca", "fail", "--bogus"}) == 1);
    CHECK(world.console.printed.starts_with(
        "Incorrect Usage: flag provided but not defined: -bogus\n\nNAME\n"));
    CHECK(world.console.told == "flag provided but not defined: -bogus\n");
}

TEST_CASE("groups and help print manuals and exit 0") {
    World world;
    CHECK(world.run({}) == 0);
    CHECK(world.console.printed.find("run a CA") != std::string::npos);
    CHECK(world.run({"ca"}) == 0);
    CHECK(world.console.printed.find("say 7") != std::string::npos);
    const std::string group = world.console.printed;
    CHECK(world.run({"help", "ca"}) == 0);
    CHECK(world.console.printed == group);
    CHECK(world.run({"ca", "fail", "-h"}) == 0);
    CHECK(world.console.printed.find("Fails.") != std::string::npos);
    CHECK(world.console.told.empty());
}

TEST_CASE("help --dump lists each command with its flags, but none that is hidden") {
    World world;
    CHECK(world.run({"help", "--dump"}) == 0);
    CHECK(world.console.printed == "version\t\nca fail\tforce set\nca seven\t\n");
    CHECK(world.console.told.empty());
    CHECK(world.run({"help", "--dump", "ca"}) == 1);
    CHECK(world.run({"ca", "help", "--dump"}) == 1);
}

TEST_CASE("the original's completion scripts are answered, without reading the settings") {
    World world;
    world.settings_error = Error{.detail = "broken"};
    CHECK(world.run({"ca", "--generate-bash-completion"}) == 0);
    CHECK(world.console.printed == "fail\nhelp\nseven\n");
    CHECK(world.run({"ca", "fail", "--s", "--generate-bash-completion"}) == 0);
    CHECK(world.console.printed == "--set\n");
    world.environment.variables["_CLI_ZSH_AUTOCOMPLETE_HACK"] = "1";
    CHECK(world.run({"ca", "--generate-bash-completion"}) == 0);
    CHECK(world.console.printed == "fail:fail\nhelp:show the manual of a command\nseven:say 7\n");
}

TEST_CASE("-v and --version run the version command") {
    World world;
    for (const char* word : {"version", "-v", "--version"}) {
        CHECK(world.run({word}) == 0);
        CHECK(world.console.printed == "1.0\n");
    }
}

TEST_CASE("an error of the CA is followed by a hint, or by the cause with STEPDEBUG=1") {
    World world;
    CHECK(world.run({"ca", "fail", "x"}) == 1);
    CHECK(world.console.told == "no\nRe-run with STEPDEBUG=1 for more info.\n");
    world.environment.variables["STEPDEBUG"] = "1";
    CHECK(world.run({"ca", "fail", "x"}) == 1);
    CHECK(world.console.told == "no\nbecause\n");
}

TEST_CASE("a command's own exit code is the program's") {
    World world;
    CHECK(world.run({"ca", "seven"}) == 7);
}

TEST_CASE("broken settings fail even the version command") {
    World world;
    world.settings_error = Error{.code = Code::kInvalidArgument, .detail = "bad defaults.json"};
    CHECK(world.run({"version"}) == 1);
    CHECK(world.console.told == "bad defaults.json\n");
}

}  // namespace step::cli
