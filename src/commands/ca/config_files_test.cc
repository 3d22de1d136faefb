// What goes with a webhook and what stays: rules of our own, checked on files of ours.
#include "commands/ca/config_files.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/temp_folder.h"

namespace step::commands {
namespace {

constexpr const char* kConfig = R"({"authority":{"provisioners":[
    {"type":"ACME","name":"a","options":{"webhooks":[{"id":"1"},{"id":"2"}]}},
    {"type":"ACME","name":"b","Options":{"Webhooks":[{"ID":"2"},{"id":"3"},null]}},
    {"type":"ACME","name":"c","options":{"webhooks":null}}]}})";
constexpr const char* kSecrets = R"({"1":{"secret":"AA=="},"2":{},"3":{},"other":{"x":1}})";

struct World {
    test::TempFolder folder{};
    std::string config = folder.write("config/ca.json", kConfig);
    std::string secrets = folder.write("secrets/webhooks.json", kSecrets);
};

}  // namespace

TEST_CASE("the credentials of a provisioner's webhooks go with it, those of others stay") {
    const World world;
    auto files = ConfigFiles::open(world.config);
    REQUIRE(files);
    REQUIRE(files->config.remove("a"));
    REQUIRE(files->save());
    CHECK(*read_file(world.secrets) ==
          "{\n\t\"2\": {},\n\t\"3\": {},\n\t\"other\": {\n\t\t\"x\": 1\n\t}\n}\n");
    CHECK(test::mode_of(world.secrets) == 0600);
    CHECK(read_file(world.config)->find("\"a\"") == std::string::npos);
}

TEST_CASE("credentials are neither read nor written where no webhook goes") {
    World world;
    world.folder.write("secrets/webhooks.json", "[");
    {
        auto files = ConfigFiles::open(world.config);
        REQUIRE(files);
        REQUIRE(files->config.remove("c"));
        REQUIRE(files->save());
    }
    CHECK(*read_file(world.secrets) == "[");
    auto files = ConfigFiles::open(world.config);
    REQUIRE(files);
    REQUIRE(files->config.remove("a"));
    const std::string before = *read_file(world.config);
    CHECK_FALSE(files->save());
    CHECK(*read_file(world.config) == before);
}

TEST_CASE("a configuration that another command changes is refused") {
    const World world;
    auto first = ConfigFiles::open(world.config);
    REQUIRE(first);
    {
        const auto second = ConfigFiles::open(world.config);
        REQUIRE_FALSE(second);
        CHECK(second.error().detail == "error reading " + world.config + ": file is locked");
    }
    REQUIRE(first->save());
    CHECK(ConfigFiles::open(world.config));
    const auto none = ConfigFiles::open(world.folder / "none");
    REQUIRE_FALSE(none);
    CHECK(none.error().detail ==
          "open " + world.folder.path + "/none failed: no such file or directory");
}

}  // namespace step::commands
