// Templates and what Go's text/template with sprig made of them (tools/gen/template_corpus.py).
#include <doctest/doctest.h>

#include "base/base64.h"
#include "json/parse.h"
#include "tests/support/data.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tmpl/convert.h"
#include "tmpl/template.h"

using namespace step;

namespace {

std::string member(const json::Value& row, std::string_view name) {
    const json::Value* found = row.find_exact(name);
    return found == nullptr ? "" : *found->as_string();
}

std::string wanted(const json::Value& row) {
    if (row.find_exact("octets") != nullptr) {
        return *parse_base64(member(row, "octets"));
    }
    return member(row, row.find_exact("error") != nullptr ? "error" : "output");
}

std::string rendered(const std::string& text, const json::Value& data) {
    static const auto functions = std::make_shared<const tmpl::Functions>(tmpl::all_functions());
    const auto parsed = tmpl::Template::parse("t", text, functions);
    if (!parsed) {
        return parsed.error().detail;
    }
    const test::FakeClock clock;
    test::FakeRandom random;
    // Made anew: templates change maps.
    const auto result = parsed->execute(*tmpl::from_json(data), {clock, random});
    return result                                         ? *result
           : result.error().has_reason(tmpl::kFailCalled) ? result.error().cause
                                                          : result.error().detail;
}

void check_corpus(const std::string& file) {
    const auto different = json::parse(test::data("templates/different.json"));
    REQUIRE(different);
    const auto recorded = json::parse(test::data("templates/" + file));
    REQUIRE(recorded);
    const json::Value& data = *recorded->find_exact("data");
    for (const json::Value& row : *recorded->find_exact("cases")->as_array()) {
        const std::string text = member(row, "template");
        const std::string got = rendered(text, data);
        const bool right = got == wanted(row);
        const bool known = different->find_exact(text) != nullptr;
        CHECK_MESSAGE(right != known, text, "\n  wanted ", wanted(row), "\n  got    ", got,
                      known && right ? "\n  take it out of different.json" : "");
    }
}

}  // namespace

TEST_CASE("the language of templates gives what Go gave, errors included") {
    check_corpus("language.json");
}

TEST_CASE("corners of the language and of functions give what Go gave, errors included") {
    check_corpus("corners.json");
}

TEST_CASE("each verb of printf prints each kind of value as Go did") {
    check_corpus("printing.json");
}

TEST_CASE("each function of sprig gives what it gave in Go on edge cases") {
    check_corpus("functions.json");
}

TEST_CASE("random templates give what Go gave") {
    check_corpus("random.json");
}
