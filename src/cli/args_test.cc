// The rules and error texts are those of the original program, recorded in
// golden/cli/cases.json; number and bool syntax is Go's strconv.
#include "cli/args.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "tests/support/fake_environment.h"

namespace step::cli {
namespace {

Command sample() {
    return {.path = "ca sample",
            .usage = "<subject> <file>",
            .flags = {{.name = "ca-url"},
                      {.name = "f/force", .type = FlagType::kBool},
                      {.name = "provisioner/issuer"},
                      {.name = "san", .type = FlagType::kList},
                      {.name = "kty", .fallback = "EC"},
                      {.name = "size", .type = FlagType::kInt},
                      {.name = "wait", .type = FlagType::kDuration},
                      {.name = "root", .no_environment = true},
                      {.name = "mtls", .type = FlagType::kBool, .fallback = "true"}}};
}

struct ArgsWorld {
    Command command = sample();
    test::FakeEnvironment environment{};
    std::string defaults = "{}";

    Result<Parsed> parse(std::vector<std::string> words) {
        return parse_args(command, words, environment, *json::parse(defaults));
    }
    std::string error(std::vector<std::string> words) {
        const auto parsed = parse(std::move(words));
        REQUIRE(!parsed);
        CHECK(parsed.error().has_reason(kUsageError));
        return parsed.error().detail;
    }
    std::vector<std::string> positionals(std::vector<std::string> words) {
        auto parsed = parse(std::move(words));
        REQUIRE(parsed);
        return parsed->args->positionals();
    }
};
using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a flag takes its value after a blank or an equals sign, with one dash or two") {
    ArgsWorld world;
    for (const Words& words :
         {Words{"--ca-url", "u"}, {"-ca-url", "u"}, {"--ca-url=u"}, {"-ca-url=u"}}) {
        auto parsed = world.parse(words);
        REQUIRE(parsed);
        CHECK(parsed->args->get("ca-url") == "u");
        CHECK(parsed->args->source("ca-url") == Source::kCommandLine);
    }
}

TEST_CASE("flags may stand among positionals, and a switch takes no word") {
    ArgsWorld world;
    CHECK(world.positionals({"a", "--kty", "RSA", "b"}) == Words{"a", "b"});
    CHECK(world.positionals({"a", "--force", "b", "--kty", "RSA"}) == Words{"a", "b"});
    CHECK(world.positionals({"--force", "a", "b"}) == Words{"a", "b"});
    CHECK(world.positionals({"a", "--", "--kty", "b"}) == Words{"a", "--kty", "b"});
    CHECK(world.positionals({"-", "a"}) == Words{"-", "a"});
}

TEST_CASE("an unknown flag is an error before the first positional and a positional after it") {
    ArgsWorld world;
    CHECK(world.error({"--bogus", "a"}) == "flag provided but not defined: -bogus");
    CHECK(world.error({"--bogus=1"}) == "flag provided but not defined: -bogus");
    CHECK(world.error({"---kty"}) == "bad flag syntax: ---kty");
    CHECK(world.positionals({"a", "--bogus"}) == Words{"a", "--bogus"});
}

TEST_CASE("an unknown flag is no argument of a command that takes as many") {
    ArgsWorld world;
    const auto told = [&](std::vector<std::string> words) {
        auto parsed = world.parse(words);
        REQUIRE(parsed);
        const Status status = parsed->args->expect_positionals(2);
        return status ? "ok" : status.error().detail;
    };
    CHECK(told({"a", "--bogus"}) == "flag provided but not defined: -bogus");
    CHECK(told({"a", "b"}) == "ok");
    CHECK(told({"a", "-"}) == "ok");
    CHECK(told({"a", "--", "--bogus"}) == "ok");
    CHECK(told({"a", "b", "--bogus"}).starts_with("too many positional arguments"));
}

TEST_CASE("a value flag takes the next word whatever it looks like") {
    ArgsWorld world;
    auto parsed = world.parse({"--size", "-1"});
    REQUIRE(parsed);
    CHECK(parsed->args->integer("size") == -1);
    CHECK(world.error({"--size"}) == "flag needs an argument: -size");
}

TEST_CASE("values of the wrong type are usage errors") {
    ArgsWorld world;
    CHECK(world.error({"--size", "x"}) == "invalid value \"x\" for flag -size: parse error");
    CHECK(world.error({"--force=maybe"}) ==
          "invalid boolean value \"maybe\" for -force: parse error");
    CHECK(world.error({"--wait", "1d"}) == "invalid value \"1d\" for flag -wait: parse error");
}

TEST_CASE("both names of one flag at once are refused, and either name reads the value") {
    ArgsWorld world;
    CHECK(world.error({"--provisioner", "a", "--issuer", "b"}) ==
          "Cannot use two forms of the same flag: issuer provisioner");
    auto parsed = world.parse({"--issuer", "b"});
    REQUIRE(parsed);
    CHECK(parsed->args->get("provisioner") == "b");
    CHECK(parsed->args->get("issuer") == "b");
    CHECK(parsed->args->is_set("provisioner"));
}

TEST_CASE("the command line beats the environment beats defaults.json beats the built-in value") {
    ArgsWorld world;
    const auto kty = [&](Words words) {
        auto parsed = world.parse(std::move(words));
        REQUIRE(parsed);
        return std::pair(parsed->args->get("kty"), parsed->args->source("kty"));
    };
    CHECK(kty({}) == std::pair<std::string, Source>("EC", Source::kFallback));
    world.defaults = R"({"kty": "RSA"})";
    CHECK(kty({}) == std::pair<std::string, Source>("RSA", Source::kDefaults));
    world.environment.variables["STEP_KTY"] = "OKP";
    CHECK(kty({}) == std::pair<std::string, Source>("OKP", Source::kEnvironment));
    CHECK(kty({"--kty", "oct"}) == std::pair<std::string, Source>("oct", Source::kCommandLine));
}

TEST_CASE("the variable is named after the first alias, and one that is empty counts as set") {
    ArgsWorld world;
    world.environment.variables = {{"STEP_F", "1"}, {"STEP_ISSUER", "no"}, {"STEP_CA_URL", ""}};
    world.defaults = R"({"ca-url": "https://x"})";
    auto parsed = world.parse({});
    REQUIRE(parsed);
    CHECK(parsed->args->flag("force"));
    CHECK(parsed->args->get("provisioner").empty());
    CHECK(parsed->args->get("ca-url").empty());
    CHECK(parsed->args->is_set("ca-url"));
}

TEST_CASE("variables of the wrong type fail with Go's words") {
    ArgsWorld world;
    world.environment.variables = {{"STEP_F", "name"}};
    CHECK(world.error({}) ==
          "could not parse name as bool value for flag f,force: strconv.ParseBool: parsing "
          "\"name\": invalid syntax");
}

TEST_CASE("lists come one by one, from a variable at commas, and the command line replaces them") {
    ArgsWorld world;
    world.environment.variables = {{"STEP_SAN", "a, b"}};
    auto parsed = world.parse({});
    REQUIRE(parsed);
    CHECK(parsed->args->list("san") == Words{"a", "b"});
    parsed = world.parse({"--san", "c,d", "--san", "e"});
    REQUIRE(parsed);
    CHECK(parsed->args->list("san") == Words{"c,d", "e"});
}

TEST_CASE("defaults.json may name any alias, holds lists, and what does not fit is not for us") {
    ArgsWorld world;
    world.defaults =
        R"({"issuer": "x", "san": ["a", "b"], "size": "big", "root": "r", "wait": "1h"})";
    auto parsed = world.parse({});
    REQUIRE(parsed);
    CHECK(parsed->args->get("provisioner") == "x");
    CHECK(parsed->args->list("san") == Words{"a", "b"});
    CHECK(!parsed->args->is_set("size"));
    CHECK(!parsed->args->is_set("root"));
    CHECK(parsed->args->get("wait") == "1h");
}

TEST_CASE("a true no-context switch keeps defaults.json out") {
    ArgsWorld world;
    world.command.flags.push_back(
        {.name = "no-context", .type = FlagType::kBool, .fallback = "true", .hidden = true});
    world.defaults = R"({"ca-url": "u"})";
    auto parsed = world.parse({});
    REQUIRE(parsed);
    CHECK(!parsed->args->is_set("ca-url"));
    parsed = world.parse({"--no-context=false"});
    REQUIRE(parsed);
    CHECK(parsed->args->get("ca-url") == "u");
}

TEST_CASE("-h and --help are seen anywhere before --") {
    ArgsWorld world;
    CHECK(world.parse({"a", "-h"})->help);
    CHECK(world.parse({"--help"})->help);
    CHECK(!world.parse({"--", "-h"})->help);
}

TEST_CASE("the number of positionals is checked with the original's words") {
    ArgsWorld world;
    auto parsed = world.parse({"a"});
    REQUIRE(parsed);
    CHECK(parsed->args->expect_positionals(1));
    CHECK(parsed->args->expect_positionals(2).error().detail ==
          "not enough positional arguments were provided in 'step ca sample <subject> <file>'");
    CHECK(parsed->args->expect_positionals(0).error().detail ==
          "too many positional arguments were provided in 'step ca sample <subject> <file>'");
    CHECK(parsed->args->missing_flag("ca-url").detail ==
          "'step ca sample' requires the '--ca-url' flag");
}

TEST_CASE("integers are read in Go's base 0 syntax") {
    CHECK(parse_go_int("12") == 12);
    CHECK(parse_go_int("-0x1F") == -31);
    CHECK(parse_go_int("0b101") == 5);
    CHECK(parse_go_int("017") == 15);
    CHECK(parse_go_int("0o17") == 15);
    CHECK(parse_go_int("1_000") == 1000);
    CHECK(parse_go_int("0x_1") == 1);
    CHECK(parse_go_int("0") == 0);
    CHECK(parse_go_int("9223372036854775807") == 9223372036854775807);
    CHECK(parse_go_int("-9223372036854775808").has_value());
    for (const char* bad :
         {"", "-", "0x", "1__0", "_1", "1_", "09", "1e3", " 1", "9223372036854775808"}) {
        CHECK_MESSAGE(!parse_go_int(bad), bad);
    }
}

}  // namespace step::cli
