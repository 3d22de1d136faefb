#include <doctest/doctest.h>

#include "json/parse.h"
#include "tests/support/data.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tmpl/convert.h"
#include "tmpl/template.h"

using namespace step;

namespace {

/// The recorder put {{ … }} into the common name of a certificate of step-ca 0.30.2, so an error
/// names the template "t" and the text before "template: " is the server's.
struct Outcome {
    std::string text{}, error{};
};

Outcome run(const std::string& text, const tmpl::Value& data) {
    static const auto functions = [] {
        tmpl::Functions all = tmpl::all_functions();
        all.add(tmpl::asn1_functions());
        return std::make_shared<const tmpl::Functions>(std::move(all));
    }();
    const auto parsed = tmpl::Template::parse("t", text, functions);
    if (!parsed) {
        return {"", parsed.error().detail};
    }
    test::FakeClock clock;
    test::FakeRandom random;
    const auto result = parsed->execute(data, {clock, random});
    if (!result) {
        const Error& error = result.error();
        return {"", error.has_reason(tmpl::kFailCalled) ? error.cause : error.detail};
    }
    return {*result, ""};
}

std::string member(const json::Value& object, std::string_view name) {
    const json::Value* found = object.find_exact(name);
    return found == nullptr ? "" : *found->as_string();
}

void check_file(const std::string& file) {
    const auto recorded = json::parse(test::data("tmpl/" + file));
    REQUIRE(recorded);
    const auto waiting = json::parse(test::data("tmpl/waiting.json"));
    REQUIRE(waiting);
    const auto data = tmpl::from_json(*recorded->find_exact("data"));
    REQUIRE(data);
    for (const json::Value& row : *recorded->find_exact("cases")->as_array()) {
        const std::string name = member(row, "name"), error = member(row, "error");
        const Outcome outcome = run(member(row, "template"), *data);
        const bool right = error.empty()
                               ? outcome.error.empty() && outcome.text == member(row, "output")
                               : outcome.text.empty() && error.ends_with(outcome.error) &&
                                     outcome.error.starts_with("template: ");
        if (waiting->find_exact(file + ": " + name) != nullptr) {
            CHECK_MESSAGE(!right, file, ": ", name,
                          " no longer waits: take it out of waiting.json");
            continue;
        }
        CHECK_MESSAGE(right, name, "\n  template ", member(row, "template"), "\n  wanted   ",
                      member(row, "output"), error, "\n  got      ", outcome.text, outcome.error);
    }
}

}  // namespace

/// The recorded expressions stood in the middle of a larger template, so places differ.
TEST_CASE("expressions of certificate templates give what the original gave") {
    const auto recorded = json::parse(test::data("tmpl/x509.json"));
    REQUIRE(recorded);
    const auto data = tmpl::from_json(*recorded->find_exact("data"));
    REQUIRE(data);
    const auto what = [](const std::string& error) {
        const std::size_t at = error.find(" at <");
        return error.substr(at == std::string::npos ? error.rfind("1: ") + 1 : at);
    };
    for (const json::Value& row : *recorded->find_exact("cases")->as_array()) {
        const Outcome outcome = run(member(row, "template"), *data);
        const std::string error = member(row, "error");
        INFO(member(row, "template"), "\n", outcome.text, outcome.error);
        CHECK(outcome.text == member(row, "output"));
        CHECK((error == "stop here" ? outcome.error.ends_with(error)
                                    : what(outcome.error) == what(error)));
    }
}

TEST_CASE("templates of control structures, printing and comparison give what the original gave") {
    check_file("control.json");
}

TEST_CASE("templates of sprig's functions give what the original gave") {
    check_file("sprig.json");
}

TEST_CASE("templates of the corners of both give what Go 1.26 and sprig 3.3.0 gave") {
    check_file("go.json");
}
