#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tmpl/template.h"

namespace step::tmpl {
namespace {

Result<std::string> run(const std::string& text, const Value& data = Value(), Limits limits = {}) {
    const auto parsed =
        Template::parse("t", text, std::make_shared<const Functions>(all_functions()));
    REQUIRE_MESSAGE(parsed, parsed.error().detail);
    const test::FakeClock clock;
    test::FakeRandom random;
    return parsed->execute(data, {.clock = clock, .random = random, .limits = limits});
}

TEST_CASE("maps below each other go without a stack as deep") {
    std::shared_ptr<Map> top = make_map();
    std::shared_ptr<Map> last = top;
    for (int i = 0; i < 300'000; ++i) {
        auto next = make_map();
        last->set("a", i % 2 == 0 ? Value(next) : Value(List{Value(next), Value(i)}));
        last = std::move(next);
    }
    const std::weak_ptr<Map> bottom = last;
    last.reset();
    CHECK_FALSE(bottom.expired());
    top.reset();
    CHECK(bottom.expired());
}

TEST_CASE("an error of a limit tells where the template was") {
    const auto where = [](const std::string& text) { return run(text).error().detail; };
    CHECK(where("a\n{{ range 2000 }}{{ repeat 1000 \"x\" }}{{ end }}") ==
          "template: t:2:19: executing \"t\" at <{{repeat 1000 \"x\"}}>: template gives more than "
          "1048576 bytes");
    CHECK(where("{{ range 9000000 }}\n{{ end }}").starts_with("template: t:"));
    CHECK(where("{{ $x := list }}\n{{ range 900 }}{{ $x = list $x }}{{ end }}") ==
          "template: t:2:23: executing \"t\" at <list $x>: template has lists and dicts nested "
          "more than 500 deep");
    CHECK(where(R"({{ repeat 9000000 "x" }})") ==
          "template: t:1:3: executing \"t\" at <repeat 9000000 \"x\">: error calling repeat: "
          "template makes a text of more than 1048576 bytes");
}

TEST_CASE("a template that wants too much stops with the reason of a limit") {
    for (const char* text : {
             R"({{ repeat 1000000000 "x" }})",
             R"({{ until 1000000000 }})",
             R"({{ seq 1 9000000000000000000 }})",
             R"({{ range 1000000000 }}{{ end }})",
             R"({{ range until 2000 }}{{ range until 2000 }}{{ end }}{{ end }})",
             R"({{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }})",
             R"({{ $x := "xxxxxxxx" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }})",
             R"({{ $x := list 1 }}{{ range 64 }}{{ $x = concat $x $x }}{{ end }})",
             R"({{ $x := list }}{{ range 100000 }}{{ $x = list $x }}{{ end }})",
             R"({{ $x := dict }}{{ range 100000 }}{{ $x = dict "a" $x }}{{ end }})",
             R"({{ $x := list 1 1 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ $x }})",
             R"({{ $x := list 1 1 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }})",
             R"({{ $x := list 1 1 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ deepCopy $x }})",
             R"({{ printf "%1000000d%1000000d" 1 1 }})",
             R"({{ indent 1000000000 "x" }})",
             R"({{ randAlpha 1000000000 }})",
             R"({{ replace "" (repeat 1000 "y") (repeat 10000 "x") }})",
             R"({{ range 100 }}{{ bcrypt "x" }}{{ end }})",
             R"({{ $d := dict }}{{ set $d "self" $d }})",
             R"({{ $d := dict }}{{ set $d "self" (list (dict "x" $d)) }})",
             R"({{ $d := dict "a" (dict) }}{{ merge (get $d "a") (dict "b" $d) }})",
             R"({{ regexMatch "(a?){500}(a?){500}a{500}" (repeat 1000000 "a") }})",
         }) {
        Limits limits;
        limits.steps = 200'000;
        const auto result = run(text, Value(), limits);
        REQUIRE_MESSAGE(!result, text);
        CHECK_MESSAGE(result.error().has_reason(kLimit), text, ": ", result.error().detail);
    }
}

TEST_CASE("the time is up when the clock says so") {
    struct Ticking final : Clock {
        mutable std::chrono::nanoseconds ticks{0};
        SysTime now() const override { return {}; }
        std::chrono::nanoseconds monotonic() const override {
            return ticks += std::chrono::seconds(1);
        }
    } clock;
    test::FakeRandom random;
    const auto parsed = Template::parse("t", "{{ range 100000 }}{{ end }}",
                                        std::make_shared<const Functions>(builtin_functions()));
    REQUIRE(parsed);
    const auto result = parsed->execute(Value(), {.clock = clock, .random = random});
    REQUIRE(!result);
    CHECK(result.error().has_reason(kLimit));
}

TEST_CASE("fail gives its text alone and the whole message as the cause") {
    const auto result = run(R"({{ fail "no <b>" }})");
    REQUIRE(!result);
    CHECK(result.error().has_reason(kFailCalled));
    CHECK(result.error().detail == "no <b>");
    CHECK(result.error().cause ==
          R"(template: t:1:3: executing "t" at <fail "no <b>">: error calling fail: no <b>)");
}

TEST_CASE("a lazy member is made when a template looks at it, once") {
    int made = 0;
    auto data = make_map();
    data->set("Lazy", Value::lazy([&made] {
                  ++made;
                  return Value("x");
              }));
    data->set("Other", Value(1));
    CHECK(*run("{{ .Other }}", Value(data)) == "1");
    CHECK(made == 0);
    CHECK(*run("{{ .Lazy }}{{ .Lazy }}{{ toJson . }}", Value(data)) ==
          R"(xx{"Lazy":"x","Other":1})");
    CHECK(made == 1);
}

TEST_CASE("a function of another module takes part as one of ours") {
    Functions functions = builtin_functions();
    functions.add(Function{.name = "twice", .signature = "string", .run = [](Call& call) {
                               return Result<Value>(
                                   Value(std::string(call.text(0)) + std::string(call.text(0))));
                           }});
    const auto parsed = Template::parse("t", R"({{ "a" | twice | twice }})",
                                        std::make_shared<const Functions>(std::move(functions)));
    REQUIRE(parsed);
    const test::FakeClock clock;
    test::FakeRandom random;
    CHECK(*parsed->execute(Value(), {.clock = clock, .random = random}) == "aaaa");
}

TEST_CASE("parentheses and blocks may nest only so deep") {
    const auto functions = std::make_shared<const Functions>(builtin_functions());
    std::string deep = "{{ ", blocks;
    for (int i = 0; i < 100'000; ++i) {
        deep += '(';
        blocks += "{{if true}}";
    }
    CHECK(!Template::parse("t", deep + "1", functions));
    CHECK(!Template::parse("t", blocks, functions));
}

}  // namespace
}  // namespace step::tmpl
