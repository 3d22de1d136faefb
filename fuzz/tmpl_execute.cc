#include <cstdlib>

#include "fuzz/fuzz.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tmpl/convert.h"
#include "tmpl/template.h"

namespace {

step::tmpl::Value data(step::tmpl::Context& context) {
    const auto value = step::tmpl::from_json_text(
        context, R"({"s":"a b","n":42,"l":["b","a"],"m":{"k":{"v":1}},"z":null,"t":true})");
    return value ? *value : step::tmpl::Value();
}

}  // namespace

FUZZ_TARGET(tmpl_execute) {
    static const auto functions =
        std::make_shared<const step::tmpl::Functions>(step::tmpl::all_functions());
    const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto parsed = step::tmpl::Template::parse("t", text, functions);
    if (!parsed) {
        if (!parsed.error().detail.starts_with("template: t:")) {
            std::abort();
        }
        return;
    }
    // Whatever it does, it ends within its limits, and a second run does the same.
    const step::test::FakeClock clock;
    step::tmpl::Limits limits;
    limits.output = 1U << 16U;
    limits.memory = 1U << 22U;
    limits.steps = 20'000;
    std::string outcome[2];
    for (std::string& one : outcome) {
        step::test::FakeRandom random;
        const step::tmpl::Surroundings around{.clock = clock, .random = random, .limits = limits};
        step::tmpl::Context context(around);
        const auto result = parsed->execute(data(context), around);
        one = result ? *result : result.error().detail;
        if (result && result->size() > limits.output) {
            std::abort();
        }
    }
    if (outcome[0] != outcome[1]) {
        std::abort();
    }
}
