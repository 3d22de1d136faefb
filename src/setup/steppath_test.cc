#include "setup/steppath.h"

#include <doctest/doctest.h>

#include "json/write.h"
#include "tests/support/fake_environment.h"
#include "tests/support/temp_folder.h"

namespace step::setup {
namespace {

using test::FakeEnvironment;
using test::TempFolder;

FakeEnvironment in(const TempFolder& folder) {
    FakeEnvironment environment;
    environment.variables = {{"HOME", folder / "home/"}, {"STEPPATH", folder.path + "//"}};
    return environment;
}

void two_contexts(const TempFolder& folder) {
    (void)folder.write(
        "contexts.json",
        R"({"c1":{"profile":"p1","authority":"a1"},"b2":{"profile":"p2","authority":"a2"}})");
    (void)folder.write("current-context.json", R"({"context":"c1"})");
}

TEST_CASE("STEPPATH is the base; without it $HOME/.step is") {
    const TempFolder folder;
    const auto path = load_steppath(in(folder));
    REQUIRE(path);
    CHECK(path->base == folder.path);
    CHECK(path->home == folder / "home");
    CHECK(path->authority() == folder.path);
    CHECK(path->profile() == folder.path);
    CHECK(path->config_file() == folder / "config/ca.json");

    FakeEnvironment bare;
    bare.variables = {{"HOME", folder.path}, {"STEPPATH", ""}};
    CHECK(load_steppath(bare)->base == folder / ".step");
}

TEST_CASE("without HOME the user database says where home is, else there is an error") {
    FakeEnvironment bare;
    bare.user_home_folder = "/nowhere/of/user";
    CHECK(load_steppath(bare)->base == "/nowhere/of/user/.step");
    bare.user_home_folder = std::nullopt;
    CHECK(load_steppath(bare).error().detail ==
          "error obtaining home directory, please define environment variable HOME");
}

TEST_CASE("the current context moves the authority's and the profile's folder") {
    const TempFolder folder;
    two_contexts(folder);
    auto path = load_steppath(in(folder));
    REQUIRE(path);
    CHECK(path->current == ContextEntry{"c1", "p1", "a1"});
    CHECK(path->authority() == folder / "authorities/a1");
    CHECK(path->profile() == folder / "profiles/p1");
    CHECK(path->root_certificate() == folder / "authorities/a1/certs/root_ca.crt");
    CHECK(path->profile_defaults_file() == folder / "profiles/p1/config/defaults.json");

    REQUIRE(path->select("b2"));
    CHECK(path->authority() == folder / "authorities/a2");
    CHECK(path->select("nope").error().detail == "could not load context 'nope'");
}

// Texts recorded from step v0.30.3 (golden/cli/cases.json).
TEST_CASE("broken context files fail with the original's words") {
    const auto detail = [](const char* contexts, const char* current) {
        const TempFolder folder;
        if (contexts != nullptr) {
            (void)folder.write("contexts.json", contexts);
        }
        if (current != nullptr) {
            (void)folder.write("current-context.json", current);
        }
        const auto path = load_steppath(in(folder));
        return path ? std::string("ok") : path.error().detail;
    };
    CHECK(detail(R"({"c1":{"profile":"p"}})", nullptr) ==
          "error in context 'c1': context cannot have an empty authority value; check your "
          "$STEPPATH/contexts.json file");
    CHECK(detail(R"({"c1":{"authority":"p"}})", nullptr) ==
          "error in context 'c1': context cannot have an empty profile value; check your "
          "$STEPPATH/contexts.json file");
    CHECK(detail("bad", nullptr) ==
          "error unmarshaling context map: invalid character 'b' looking for beginning of value");
    CHECK(detail(nullptr, R"({"context":"zzz"})") == "could not load context 'zzz'");
    CHECK(detail("null", nullptr) == "ok");
    CHECK(detail(R"({"c1":null})", nullptr)
              .starts_with("error in context 'c1': context cannot be nil"));
    CHECK(detail("[]", nullptr).starts_with("error unmarshaling context map: "));
    CHECK(detail(R"({"c1":7})", nullptr).starts_with("error unmarshaling context map: "));
    CHECK(detail(nullptr, R"({"context":7})").starts_with("error unmarshaling current context: "));
}

TEST_CASE("relative paths lie under the authority's folder, ~/ under home, ./ where we are") {
    const TempFolder folder;
    two_contexts(folder);
    const auto path = load_steppath(in(folder));
    REQUIRE(path);
    CHECK(path->resolve("/a/b") == "/a/b");
    CHECK(path->resolve("templates/x") == folder / "authorities/a1/templates/x");
    CHECK(path->resolve("~/x") == folder / "home/x");
    CHECK(path->resolve("./x") == "./x");
    CHECK(path->resolve("../x") == "../x");
}

TEST_CASE("defaults of the profile win over those of the authority, three keys are dropped") {
    const TempFolder folder;
    two_contexts(folder);
    (void)folder.write("authorities/a1/config/defaults.json", R"({"ca-url":"u","root":"r"})");
    (void)folder.write("profiles/p1/config/defaults.json", R"({"root":"p","context":"x"})");
    const auto path = load_steppath(in(folder));
    REQUIRE(path);
    const auto defaults = load_defaults(*path);
    REQUIRE(defaults);
    CHECK(json::encode(defaults->values) == R"({"ca-url":"u","root":"p"})");
    CHECK(defaults->notices ==
          std::vector<std::string>{"cannot set 'context' attribute in config files"});
}

TEST_CASE("without contexts there is one defaults.json, which may be missing") {
    const TempFolder folder;
    const auto path = load_steppath(in(folder));
    REQUIRE(path);
    CHECK(json::encode(load_defaults(*path)->values) == "{}");
    (void)folder.write("config/defaults.json", R"({"ca-url":"u","context":"x"})");
    CHECK(json::encode(load_defaults(*path)->values) == R"({"ca-url":"u","context":"x"})");
    (void)folder.write("config/defaults.json", "not json");
    CHECK(load_defaults(*path).error().detail ==
          "error parsing " + folder.path +
              "/config/defaults.json: invalid character 'o' in literal null (expecting 'u')");
    (void)folder.write("config/defaults.json", "[]");
    CHECK_FALSE(load_defaults(*path));
}

}  // namespace
}  // namespace step::setup
