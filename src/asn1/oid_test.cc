#include "asn1/oid.h"

#include <doctest/doctest.h>

namespace step::asn1 {
namespace {

struct Row {
    const char* text;
    std::string_view der;
};
using namespace std::string_view_literals;

// From X.690 8.19.5 (2.100.3), RFC 5280, RFC 8410, and `openssl asn1parse -genstr OID:…`.
constexpr std::array kRows{
    Row{"2.100.3", "\x81\x34\x03"sv},
    Row{"1.2.840.113549.1.1.11", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"sv},
    Row{"2.5.29.17", "\x55\x1d\x11"sv},
    Row{"1.3.101.112", "\x2b\x65\x70"sv},
    Row{"0.0", "\x00"sv},
    Row{"1.3.6.1.4.1.37476.9000.64.1", "\x2b\x06\x01\x04\x01\x82\xa4\x64\xc6\x28\x40\x01"sv},
    // X.667: the arc of the UUID f81d4fae-7dec-11d0-a765-00a0c91e6bf6.
    Row{"2.25.329800735698586629295641978511506172918",
        "\x69\x83\xf0\x9d\xa7\xeb\xcf\xde\xe0\xc7\xa1\xa7\xb2\xc0\x94\x8c\xc8\xf9\xd7\x76"sv},
};

TEST_CASE("an object identifier has one text and one encoding") {
    for (const Row& row : kRows) {
        CAPTURE(row.text);
        const auto from_text = Oid::from_text(row.text);
        REQUIRE(from_text);
        CHECK(from_text->der() == row.der);
        const auto from_der = Oid::from_der(from_text->der());
        REQUIRE(from_der);
        CHECK(from_der->text() == row.text);
        CHECK(*from_der == *from_text);
    }
}

TEST_CASE("an encoding that is cut off, padded or empty is no object identifier") {
    for (const std::string_view bad : {""sv, "\x80\x01"sv, "\x2a\x86"sv, "\x2a\x80\x01"sv}) {
        const auto oid = Oid::from_der(bad);
        REQUIRE(!oid);
        CHECK(oid.error().code == Code::kInvalidArgument);
    }
}

TEST_CASE("an arc of more than 128 bits is refused in both forms") {
    CHECK(!Oid::from_der(std::string(19, '\xff') + "\x7f"));
    CHECK(Oid::from_text("2.25.340282366920938463463374607431768211455"));
    CHECK(!Oid::from_text("2.25.340282366920938463463374607431768211456"));
    CHECK(!Oid::from_text("2.340282366920938463463374607431768211455"));
}

TEST_CASE("text that is not dotted decimal is no object identifier") {
    for (const char* bad : {"", "1", "1.", ".1", "1..2", "3.1", "1.40", "1.02", "1.2.", "1.2.x",
                            "1.-2", "1.2 ", "0.40.1"}) {
        CAPTURE(bad);
        CHECK(!Oid::from_text(bad));
    }
}

}  // namespace
}  // namespace step::asn1
