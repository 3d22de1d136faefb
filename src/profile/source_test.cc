#include "profile/source.h"

#include <thread>

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/files.h"
#include "json/parse.h"
#include "profile/render.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

using namespace step;
using profile::TemplateKind;
using profile::TemplateSource;

namespace {

json::Value options(std::string_view text) {
    const auto value = json::parse(text);
    REQUIRE(value);
    return *value;
}

std::shared_ptr<const TemplateSource> must(const json::Value& value,
                                           const std::string& base = "/") {
    auto source = TemplateSource::make(value, base, TemplateKind::kCertificate);
    REQUIRE_MESSAGE(source, (source ? "" : source.error().detail));
    return *source;
}

std::string run(const TemplateSource& source, std::string_view data = "{}") {
    const auto parsed = source.current();
    REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().detail));
    profile::TemplateData values;
    REQUIRE(values.merge(options(data)));
    REQUIRE(source.apply_data(values));
    test::FakeClock clock;
    test::FakeRandom random;
    const auto text = (*parsed)->execute(values.value(), {clock, random});
    REQUIRE(text);
    return *text;
}

}  // namespace

TEST_CASE("a template is a literal if it begins with a brace, and base64 otherwise") {
    CHECK(run(*must(options(R"({"template": "  {\"a\": {{ .b }}} "})")), R"({"b": 5})") ==
          R"({"a": 5})");
    const json::Value encoded =
        json::Object{{"template", encode_base64("x{{ .b }}")}, {"templateFile", "not read"}};
    CHECK(run(*must(encoded), R"({"b": "y"})") == "xy");
    CHECK(!must(nullptr)->has_template());
    CHECK(!must(options(R"({"template": "", "templateFile": "", "templateData": null})"))
               ->has_template());
    CHECK(*must(nullptr)->current() == nullptr);
}

TEST_CASE("what is wrong with a template is said where it stands") {
    const auto error = [](std::string_view text) {
        auto source = TemplateSource::make(options(text), "/", TemplateKind::kCertificate);
        REQUIRE(!source);
        return source.error().detail + " at " + source.error().cause;
    };
    CHECK(error("{\n \"template\": \"{{ nope }}\"}") ==
          "error parsing template: template: template:1: function \"nope\" not defined at line 2, "
          "column 14");
    CHECK(error(R"({"template": "!"})") ==
          "error decoding template: illegal base64 data at input byte 0 at line 1, column 14");
    CHECK(error(R"({"template": 5})").starts_with("cannot unmarshal number into field "));
    CHECK(error(R"({"templateData": [1]})")
              .starts_with("error unmarshaling template data: json: cannot unmarshal array"));
}

TEST_CASE("data of the provisioner replaces members of the first level, but nothing insecure") {
    const auto source = must(options(
        R"({"template": "{ {{ .Subject.a }} {{ .Token }} {{ .Insecure.User }}", "templateData":
            {"Subject": {"a": 1}, "Token": "t", "Insecure": {"User": "no"}}})"));
    CHECK(source->has_data());
    CHECK(run(*source, R"({"Subject": {"a": 2, "b": 3}})") == "{ 1 t <no value>");
}

TEST_CASE(
    "a template file counts from the folder given, and is read when it is needed and when it "
    "changed") {
    const test::TempFolder folder;
    const auto source = must(options(R"({"templateFile": "templates/leaf.tpl"})"), folder.path);
    CHECK(source->has_template());
    const std::string path = folder.path + "/templates/leaf.tpl";
    REQUIRE(!source->current());
    CHECK(source->current().error().detail ==
          "error reading " + path + ": open " + path + " failed: no such file or directory");

    REQUIRE(make_folders(folder.path + "/templates"));
    REQUIRE(write_file(path, "one", 0600));
    CHECK(run(*source) == "one");
    CHECK(*source->current() == *source->current());
    REQUIRE(write_file(path, "two", 0600));
    CHECK(run(*source) == "two");
    REQUIRE(write_file(path, "{{", 0600));
    REQUIRE(!source->current());
    CHECK(source->current().error().detail.starts_with("error parsing template: "));
    REQUIRE(write_file(path, "three", 0600));
    CHECK(run(*source) == "three");
}

TEST_CASE("many threads may ask for a template that changes") {
    const test::TempFolder folder;
    const std::string path = folder.path + "/t";
    REQUIRE(write_file(path, "0", 0600));
    const auto source = must(json::Object{{"templateFile", path}});
    std::vector<std::thread> threads;
    std::atomic<int> bad = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 200; ++round) {
                bad += source->current() ? 0 : 1;
            }
        });
    }
    for (int round = 0; round < 20; ++round) {
        REQUIRE(write_file(path, std::to_string(round), 0600));
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(bad == 0);
    CHECK(run(*source) == "19");
}
