#include "json/parse.h"

#include <charconv>
#include <sstream>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "json/write.h"
#include "tests/support/data.h"

namespace step::json {
namespace {

constexpr ParseOptions kDecoder{.trailing = ParseOptions::Trailing::kIgnore};

std::string from_hex(const std::string& field) {
    return field == "-" ? std::string() : *parse_hex(field);
}

/// Go counts the octets it has read; the last of them is the one it does not like.
std::string place_of(std::string_view text, std::size_t read, bool ended) {
    const std::string_view before = text.substr(0, ended ? text.size() : read - 1);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t last = before.rfind('\n');
    const std::size_t column = before.size() - (last == before.npos ? 0 : last + 1) + 1;
    return fmt::format("line {}, column {}", line, column);
}

/// FNV-1a of 64 bits.
std::string short_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char octet : text) {
        hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3;
    }
    return fmt::format("{:016x}", hash);
}

std::string error_of(const Result<Value>& result) {
    return result ? std::string() : result.error().detail;
}

TEST_CASE("every text is accepted, refused and written as Go does") {
    std::istringstream rows(test::data("json/texts.vec"));
    std::size_t count = 0;
    for (std::string row; std::getline(rows, row);) {
        if (row.starts_with('#')) {
            continue;
        }
        std::istringstream fields(row);
        std::string text, error, place, decoder_error, compact, indented;
        fields >> text >> error >> place >> decoder_error >> compact >> indented;
        text = from_hex(text);
        CAPTURE(text);
        const auto whole = parse(text);
        CHECK(error_of(whole) == from_hex(error));
        CHECK(error_of(parse(text, kDecoder)) == from_hex(decoder_error));
        if (whole) {
            CHECK(encode(*whole) == from_hex(compact));
            CHECK(encode_indent(*whole, "  ") == from_hex(indented));
        } else {
            std::size_t read = 0;
            std::from_chars(place.data(), place.data() + place.size(), read);
            const bool ended = whole.error().detail == "unexpected end of JSON input" ||
                               error_of(parse(text, kDecoder)) == "unexpected EOF";
            CHECK(whole.error().cause == place_of(text, read, ended));
        }
        ++count;
    }
    CHECK(count == 213);
}

TEST_CASE("seeded mutations of our texts are accepted, refused and written as Go does") {
    std::istringstream rows(test::data("json/mutations.vec"));
    std::size_t count = 0;
    for (std::string row; std::getline(rows, row);) {
        if (row.starts_with('#')) {
            continue;
        }
        std::istringstream fields(row);
        std::string text, error, place, decoder_error, hash;
        fields >> text >> error >> place >> decoder_error >> hash;
        CAPTURE(text);
        text = from_hex(text);
        const auto whole = parse(text);
        CHECK(error_of(whole) == from_hex(error));
        CHECK(error_of(parse(text, kDecoder)) == from_hex(decoder_error));
        if (whole) {
            const std::string compact = encode(*whole);
            CHECK(short_hash(compact + '\0' + encode_indent(*whole, "  ")) == hash);
        }
        ++count;
    }
    CHECK(count == 3500);
}

TEST_CASE("every value and every name knows its line and column") {
    const auto value = parse("\n{\"a\": 1,\r\n  \"b\" :[\ttrue,\n\n{}] }");
    REQUIRE(value);
    const auto at = [](Place place) { return std::pair(place.line, place.column); };
    using P = std::pair<std::uint32_t, std::uint32_t>;
    CHECK(at(value->place()) == P(2, 1));
    const Object& members = *value->as_object();
    CHECK(at(members[0].place) == P(2, 2));
    CHECK(at(members[0].value.place()) == P(2, 7));
    CHECK(at(members[1].place) == P(3, 3));
    CHECK(at(members[1].value.place()) == P(3, 8));
    const Array& elements = *members[1].value.as_array();
    CHECK(at(elements[0].place()) == P(3, 10));
    CHECK(at(elements[1].place()) == P(5, 1));
}

TEST_CASE("what is nested deeper than allowed is refused, what is not is read") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(parse(nested(200)));
    CHECK(error_of(parse(nested(201))) == "exceeded max depth");
    CHECK(parse(nested(3), {.max_depth = 3}));
    CHECK(!parse(nested(4), {.max_depth = 3}));
    CHECK(parse("[[],[],[],[]]", {.max_depth = 2}));
    CHECK(!parse(std::string(1'000'000, '[')));
}

TEST_CASE("the last of several members with one name is found, whatever its case") {
    const auto value = parse(R"({"Name":1,"name":2,"NAME":3})");
    REQUIRE(value);
    CHECK(value->find("name")->as_number()->text == "3");
    CHECK(value->find_exact("name")->as_number()->text == "2");
    CHECK(value->find("nam") == nullptr);
    CHECK(value->find_exact("nAme") == nullptr);
    CHECK(Value(1).find("name") == nullptr);
}

}  // namespace
}  // namespace step::json
