#include <doctest/doctest.h>

#include "base/hex.h"
#include "x509/certificate.h"

namespace step::x509 {
namespace {

TEST_CASE("INTEGER contents and decimal text are two forms of one number") {
    const std::pair<const char*, const char*> kPairs[] = {
        {"00", "0"},
        {"01", "1"},
        {"7f", "127"},
        {"0080", "128"},
        {"ff", "-1"},
        {"80", "-128"},
        {"ff7f", "-129"},
        {"0100000000", "4294967296"},
        {"3b9aca00", "1000000000"},
        // Python: int(text).to_bytes(...).hex()
        {"00f1e2d3c4b5a69788796a5b4c3d2e1f00", "321521701247558003770699513734837968640"},
        {"00ffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455"},
    };
    for (const auto& [hex, text] : kPairs) {
        CHECK(serial_to_text(*parse_hex(hex)) == text);
        CHECK(encode_hex(*parse_serial(text)) == hex);
    }
}

TEST_CASE("serial numbers are read in Go's base 0") {
    const auto number = [](std::string_view text) {
        const auto serial = parse_serial(text);
        return serial ? serial_to_text(*serial) : "bad";
    };
    CHECK(number("0x1F") == "31");
    CHECK(number("0Xff") == "255");
    CHECK(number("0b101") == "5");
    CHECK(number("0o17") == "15");
    CHECK(number("017") == "15");
    CHECK(number("1_000") == "1000");
    CHECK(number("0x_1f") == "31");
    CHECK(number("0_7") == "7");
    CHECK(number("-0x10") == "-16");
    CHECK(number("+5") == "5");
    CHECK(number("-0") == "0");
    for (const char* bad : {"", "-", "0x", "0b2", "08", "abc", "1__0", "_1", "1_", "1 ", " 1",
                            "--1", "0x1g", "1.5", "0b", "+-1"}) {
        CHECK(number(bad) == "bad");
    }
    CHECK(number(std::string(8192, '9')).size() == 8192);
    CHECK(number(std::string(8193, '9')) == "bad");
}

}  // namespace
}  // namespace step::x509
