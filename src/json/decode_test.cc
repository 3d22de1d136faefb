#include "json/decode.h"

#include <bit>
#include <sstream>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "json/parse.h"
#include "tests/support/data.h"

namespace step::json {
namespace {

Value read(std::string_view text) {
    auto value = parse(text);
    REQUIRE(value);
    return *std::move(value);
}

TEST_CASE("names match and numbers convert as in Go") {
    std::istringstream rows(test::data("json/fields.vec"));
    std::size_t count = 0;
    for (std::string row; std::getline(rows, row);) {
        std::istringstream fields(row);
        std::string kind, first, second, third;
        fields >> kind >> first >> second >> third;
        CAPTURE(row);
        if (kind == "name") {
            second.pop_back();
            CHECK(same_name(first, *parse_hex(second)) == (third == "true"));
            ++count;
        } else if (kind == "number") {
            const auto integer = to_int64({first});
            CHECK((integer ? std::to_string(*integer) : "error") == second);
            const auto real = to_double({first});
            CHECK((real ? fmt::format("{:016x}", std::bit_cast<std::uint64_t>(*real)) : "error") ==
                  third);
            ++count;
        }
    }
    CHECK(count == 49);
}

TEST_CASE("members that are absent or null leave the variable alone") {
    const Value value = read(R"({"a":null,"b":"set"})");
    std::string a = "kept", b, c = "kept";
    Fields fields(value, "");
    fields.get("a", a).get("b", b).get("c", c);
    CHECK(fields.status());
    CHECK(a == "kept");
    CHECK(b == "set");
    CHECK(c == "kept");
    CHECK(fields.child("a") == nullptr);
    CHECK(fields.child("b") != nullptr);
}

TEST_CASE("a later null does not undo an earlier duplicate, a later value does") {
    const Value value = read(R"({"a":"1","A":"2","a":null})");
    std::string a;
    CHECK(Fields(value, "").get("a", a).status());
    CHECK(a == "2");
}

TEST_CASE("the wrong kind fails with Go's words and the place of the value") {
    struct Row {
        const char *text, *detail, *cause;
    };
    const Row rows[] = {
        {R"({"text":5})", "cannot unmarshal number into field ca.json.text of type string",
         "line 1, column 9"},
        {"{\n \"flag\": \"x\"}", "cannot unmarshal string into field ca.json.flag of type bool",
         "line 2, column 10"},
        {R"({"int":1.5})", "cannot unmarshal number 1.5 into field ca.json.int of type int64",
         "line 1, column 8"},
        {R"({"int":[]})", "cannot unmarshal array into field ca.json.int of type int64",
         "line 1, column 8"},
        {R"({"real":1e999})",
         "cannot unmarshal number 1e999 into field ca.json.real of type float64",
         "line 1, column 9"},
        {R"({"list":{}})", "cannot unmarshal object into field ca.json.list of type []string",
         "line 1, column 9"},
        {R"({"list":["a",true]})", "cannot unmarshal bool into field ca.json.list of type string",
         "line 1, column 14"},
        {R"([1])", "cannot unmarshal array into field ca.json of type object", "line 1, column 1"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const Value value = read(row.text);
        std::string text;
        bool flag = false;
        std::int64_t integer = 0;
        double real = 0;
        std::vector<std::string> list;
        Fields fields(value, "ca.json");
        fields.get("text", text).get("flag", flag).get("int", integer);
        fields.get("real", real).get("list", list);
        const Status status = fields.status();
        REQUIRE(!status);
        CHECK(status.error().code == Code::kInvalidArgument);
        CHECK(status.error().detail == row.detail);
        CHECK(status.error().cause == row.cause);
    }
}

TEST_CASE("the first failure stays") {
    const Value value = read(R"({"a":1,"b":2})");
    std::string out;
    Fields fields(value, "");
    fields.get("b", out).get("a", out);
    fields.fail(value, "own");
    CHECK(fields.status().error().detail == "cannot unmarshal number into field b of type string");
}

}  // namespace
}  // namespace step::json
