#include "setup/contexts.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/fake_environment.h"
#include "tests/support/temp_folder.h"

namespace step::setup {
namespace {

struct World {
    test::TempFolder folder{};
    test::FakeEnvironment environment{};

    World() { environment.variables = {{"HOME", folder.path}, {"STEPPATH", folder.path}}; }
    StepPath load() const { return *load_steppath(environment); }
    std::string read(const std::string& name) const {
        const auto text = read_file(folder / name);
        return text ? *text : "(missing)";
    }
};

TEST_CASE("a new context is current at once and its files are as the original writes them") {
    const World world;
    StepPath path = world.load();
    REQUIRE(add_context(path, {.name = "ctx1", .profile = "prof1", .authority = "auth1"}));
    CHECK(path.authority() == world.folder / "authorities/auth1");
    // tests/data/init/context-authority-profile, recorded from step v0.30.3.
    CHECK(world.read("contexts.json") ==
          "{\n    \"ctx1\": {\n        \"profile\": \"prof1\",\n        \"authority\": "
          "\"auth1\"\n    }\n}");
    CHECK(world.read("current-context.json") == R"({"context":"ctx1"})");
    CHECK(world.load().current == path.current);
}

TEST_CASE("a context whose folders lie elsewhere is neither added nor read") {
    const World world;
    StepPath path = world.load();
    for (const char* folder : {".", "..", "../x", "a/../../..", "/", "a/.."}) {
        const Status added = add_context(path, {.name = "c", .profile = "p", .authority = folder});
        REQUIRE_MESSAGE(!added, folder);
        CHECK(added.error().detail == std::string("error adding context: context cannot have the "
                                                  "folder '") +
                                          folder + "'");
    }
    CHECK(!add_context(path, {.name = "", .profile = "p", .authority = "a"}));
    CHECK(!add_context(path, {.name = "c", .profile = "", .authority = "a"}));
    CHECK(world.read("contexts.json") == "(missing)");

    (void)world.folder.write("contexts.json", R"({"c":{"profile":"p","authority":".."}})");
    CHECK(load_steppath(world.environment).error().detail ==
          "error in context 'c': context cannot have the folder '..'; check your "
          "$STEPPATH/contexts.json file");
}

TEST_CASE("removing a context keeps the folders that another one uses") {
    const World world;
    StepPath path = world.load();
    REQUIRE(add_context(path, {.name = "gone", .profile = "shared", .authority = "a"}));
    REQUIRE(add_context(path, {.name = "kept", .profile = "shared", .authority = "ab"}));
    for (const char* name : {"authorities/a/certs/x", "authorities/ab/x", "profiles/shared/x"}) {
        (void)world.folder.write(name, "x");
    }
    const std::string line = "Include \"" + world.folder.path + "/authorities/";
    (void)world.folder.write("ssh/includes",
                             line + "ab/ssh/config\"\n" + line + "a/ssh/config\"\n");
    CHECK(remove_context(path, "kept").error().detail == "cannot remove current context");
    CHECK(remove_context(path, "nope").error().detail == "context 'nope' not found");
    CHECK(folders_only_of(path, path.contexts["gone"]) ==
          std::vector<std::string>{world.folder / "authorities/a"});
    REQUIRE(remove_context(path, "gone"));
    CHECK(kind_of(world.folder / "authorities/a") == Kind::kNothing);
    CHECK(world.read("authorities/ab/x") == "x");
    CHECK(world.read("profiles/shared/x") == "x");
    CHECK(world.read("ssh/includes") == line + "ab/ssh/config\"\n");
    CHECK(world.load().contexts.size() == 1);
}

TEST_CASE("names are listed with the current one first, the others sorted without case") {
    const World world;
    StepPath path = world.load();
    for (const char* name : {"zulu", "Beta", "alpha", "Mike"}) {
        REQUIRE(add_context(path, {.name = name, .profile = "p", .authority = "a"}));
    }
    CHECK(context_names(path) == std::vector<std::string>{"Mike", "alpha", "Beta", "zulu"});
}

}  // namespace
}  // namespace step::setup
