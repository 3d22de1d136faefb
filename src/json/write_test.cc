#include "json/write.h"

#include <doctest/doctest.h>

namespace step::json {
namespace {

TEST_CASE("a value built in code is written in the order it was built") {
    Value value;
    value.set("b", 1);
    value.set("a", Array{Value(true), Value(nullptr), Value("x"), Value(std::int64_t{-5})});
    value.set("b", "again");
    CHECK(encode(value) == R"({"b":"again","a":[true,null,"x",-5]})");
    value.remove("a");
    CHECK(encode(value) == R"({"b":"again"})");
    CHECK(encode(Object{}) == "{}");
    CHECK(encode(Array{}) == "[]");
}

TEST_CASE("indented text has one member a line and keeps empty lists short") {
    Value value;
    value.set("a", Array{});
    value.set("b", Array{Value(1), Value(Object{})});
    CHECK(encode_indent(value, "\t") == "{\n\t\"a\": [],\n\t\"b\": [\n\t\t1,\n\t\t{}\n\t]\n}");
    CHECK(encode_indent(Value(1), "\t") == "1");
    CHECK(encode_indent(Array{Value(1)}, "") == "[\n1\n]");
}

TEST_CASE("octets that are no UTF-8 are written as the replacement character's escape") {
    std::string out;
    append_string(out, "a\xff\xc3z");
    CHECK(out == "\"a\\ufffd\\ufffdz\"");
}

TEST_CASE("values are equal if they hold the same in the same order, wherever they stood") {
    Value a = Array{Value(1)};
    Value b = Array{Value(1)};
    b.set_place({7, 7});
    CHECK(a == b);
    CHECK(a != Value(Array{Value(2)}));
    CHECK(Value("1") != Value(1));
    Value ab, ba;
    ab.set("a", 1);
    ab.set("b", 1);
    ba.set("b", 1);
    ba.set("a", 1);
    CHECK(ab != ba);
}

}  // namespace
}  // namespace step::json
