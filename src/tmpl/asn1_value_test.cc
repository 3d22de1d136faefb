#include "tmpl/asn1_value.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tmpl/convert.h"
#include "tmpl/moment.h"

using namespace step;

namespace {

std::string outcome(const Result<Bytes>& der) {
    return der ? encode_hex(*der) : der.error().detail;
}

std::string marshalled(const tmpl::Value& value, std::string_view params) {
    test::FakeClock clock;
    test::FakeRandom random;
    const tmpl::Surroundings around{.clock = clock, .random = random, .limits = {.steps = 100'000}};
    tmpl::Context context(around);
    return outcome(tmpl::marshal_asn1(context, value, params));
}

std::string text(std::string_view value, std::string_view params) {
    return outcome(tmpl::marshal_asn1_text(value, params));
}

}  // namespace

// What asn1.MarshalWithParams of Go 1.26 gave.
TEST_CASE("values are marshalled as Go's encoding/asn1 does") {
    CHECK(marshalled(tmpl::Value("a*"), "printable") == "1302612a");
    CHECK(marshalled(tmpl::Value("a*"), "") == "0c02612a");
    CHECK(marshalled(tmpl::Value("a&"), "printable") ==
          "asn1: structure error: PrintableString contains invalid character");
    CHECK(marshalled(tmpl::Value("hé"), "ia5") ==
          "asn1: structure error: IA5String contains invalid character");
    CHECK(marshalled(tmpl::Value("12a"), "numeric") ==
          "asn1: structure error: NumericString contains invalid character");
    CHECK(marshalled(tmpl::Value("\xff"), "") == "asn1: string not valid UTF-8");
    CHECK(marshalled(tmpl::Value(5), "tag:31") == "9f1f0105");
    CHECK(marshalled(tmpl::Value(5), "tag:300,application") == "5f822c0105");
    CHECK(marshalled(tmpl::Value(5), "explicit,private,tag:2") == "e203020105");
    CHECK(marshalled(tmpl::Value(5), "optional,default:5") == "");
    CHECK(marshalled(tmpl::Value(5), "tag:x") == "020105");
    CHECK(marshalled(tmpl::Value(5), "tag:-1") == "ff0105");
    CHECK(marshalled(tmpl::Value(0), "optional") == "");
    CHECK(marshalled(tmpl::Value(-129), "") == "0202ff7f");
    CHECK(marshalled(tmpl::Value(5), "utf8") ==
          "asn1: structure error: explicit string type given to non-string member");
    CHECK(marshalled(tmpl::Value(5), "utc") ==
          "asn1: structure error: explicit time type given to non-time member");
    CHECK(marshalled(tmpl::Value(5), "set") == "asn1: structure error: non sequence tagged as set");
    CHECK(marshalled(tmpl::Value(tmpl::List{3, 1, "b"}), "set") == "3109020101020103130162");
    CHECK(marshalled(tmpl::Value(tmpl::List{}), "omitempty") == "");
    CHECK(marshalled(tmpl::Value(tmpl::List{}), "optional") == "3000");
    CHECK(marshalled(tmpl::Value(tmpl::List{tmpl::Value()}), "") ==
          "asn1: cannot marshal nil value");
    CHECK(marshalled(tmpl::Value(tmpl::List{3, 1}), "set,explicit,tag:4") ==
          "a4083106020101020103");
    CHECK(marshalled(tmpl::Value::bytes("ab"), "") == "04026162");
    CHECK(marshalled(tmpl::Value(true), "explicit") == "a0030101ff");
    CHECK(marshalled(tmpl::Value(tmpl::make_map()), "") ==
          "asn1: structure error: unknown Go type: map[string]interface {}");
    CHECK(marshalled(tmpl::Value(1.5), "") == "asn1: structure error: unknown Go type: float64");
    CHECK(marshalled(tmpl::Value::of(tmpl::types::kUint8, std::uint64_t{1}), "") ==
          "asn1: structure error: unknown Go type: uint8");
}

TEST_CASE("times are marshalled as Go's encoding/asn1 does, in the zone they are seen in") {
    const auto moment = [](std::string_view text) {
        return tmpl::to_value(*tmpl::parse_moment("2006-01-02T15:04:05Z07:00", text,
                                                  tmpl::utc_zone(), tmpl::utc_zone()));
    };
    const tmpl::Value march = moment("2024-03-05T07:08:09Z");
    CHECK(marshalled(march, "") == "170d3234303330353037303830395a");
    CHECK(marshalled(march, "generalized") == "180f32303234303330353037303830395a");
    CHECK(marshalled(moment("2024-03-05T04:38:09-02:30"), "") ==
          "17113234303330353034333830392d30323330");
    CHECK(marshalled(moment("2064-03-05T07:08:09Z"), "utc") ==
          "180f32303634303330353037303830395a");
    CHECK(marshalled(march, "ia5") ==
          "asn1: structure error: explicit string type given to non-string member");
}

TEST_CASE("a list that holds itself many times over ends at a limit") {
    tmpl::Value list(tmpl::List{1});
    for (int i = 0; i < 60; ++i) {
        list = tmpl::Value(tmpl::List{list, list});
    }
    CHECK(marshalled(list, "").starts_with("template "));
}

// The rows of tests/data/tmpl/x509.json hold the common types; these are their corners, from the
// source of the original's marshalValue.
TEST_CASE("texts with a type are marshalled as asn1Enc of the original does") {
    CHECK(text("a&b", "printable") ==
          "asn1: structure error: PrintableString contains invalid character");
    CHECK(text("a&b", "tag:1") == "8103612662");
    CHECK(text("", "oid") == "asn1: structure error: invalid object identifier");
    CHECK(text("", "oid,omitempty").empty());
    CHECK(text("+1.02.3", "oid") == "06022a03");
    CHECK(text("1.2.3", "oid,set") == "asn1: structure error: non sequence tagged as set");
    CHECK(text("5", "utf8,int") ==
          "asn1: structure error: explicit string type given to non-string member");
    CHECK(text("True", "boolean,explicit,tag:1") == "a1030101ff");
    CHECK(text("\xff", "utf8") == "invalid utf8 value");
}
