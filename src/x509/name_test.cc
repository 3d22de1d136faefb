#include "x509/name.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "x509/certificate.h"

namespace step::x509 {
namespace {

TEST_CASE("a subject comes out in Go's order, a list as one RDN, its values sorted as DER wants") {
    const Subject subject{.country = {"FR", "DE"},
                          .organization = {"Org"},
                          .organizational_unit = {"U2", "U1"},
                          .locality = {"L"},
                          .province = {"P"},
                          .street_address = {"S"},
                          .postal_code = {"1"},
                          .serial_number = "sn",
                          .common_name = "cn äöü"};
    const Bytes der = encode_name(to_name(subject));
    const auto name = parse_name(der);
    REQUIRE(name);
    CHECK(name->text() ==
          "SERIALNUMBER=sn,CN=cn äöü,OU=U1+OU=U2,O=Org,POSTALCODE=1,STREET=S,"
          "L=L,ST=P,C=DE+C=FR");
    CHECK(name->common_name() == "cn äöü");
    CHECK(name->rdns[0][0].tag == asn1::Tag::kPrintableString);
    CHECK(name->rdns[7][0].tag == asn1::Tag::kUtf8String);
    CHECK(encode_name(*name) == der);
}

TEST_CASE("an asterisk, an ampersand or an at sign makes a UTF8String") {
    for (const char* text : {"*.leaf.test", "a&b", "a@b.test"}) {
        const Bytes der = encode_name(to_name({.common_name = text}));
        CHECK(parse_name(der)->rdns[0][0].tag == asn1::Tag::kUtf8String);
    }
    CHECK(encode_hex(encode_name(to_name({.common_name = "leaf.test"}))) ==
          "301431123010060355040313096c6561662e74657374");
}

TEST_CASE("an empty name is an empty sequence, an empty value in a list stays") {
    CHECK(encode_hex(encode_name(to_name({}))) == "3000");
    CHECK(parse_name(std::string_view("\x30\x00", 2))->empty());
    CHECK(encode_hex(encode_name(to_name({.organization = {""}}))) ==
          "300b3109300706035504"
          "0a1300");
}

TEST_CASE("the last common name counts") {
    Name name = to_name({.common_name = "first"});
    name.rdns.push_back(
        {{.type = oid::kCommonName, .tag = asn1::Tag::kUtf8String, .value = "last"}});
    CHECK(name.common_name() == "last");
    CHECK(name.text() == "CN=last");
    CHECK(name.values(oid::kCommonName) == std::vector<std::string>{"first", "last"});
}

TEST_CASE("text() escapes as RFC 2253 and shows unknown types in hexadecimal, last") {
    // Made by go 1.26 pkix.Name.String.
    Name name = to_name({.organization = {" a,b+c\"d\\e<f>g;h ", "#x"}});
    name.rdns.push_back(
        {{.type = oid::kEmailAddress, .tag = asn1::Tag::kIa5String, .value = "a@b"}});
    CHECK(name.text() ==
          "O=\\ a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h\\ +O=\\#x,"
          "1.2.840.113549.1.9.1=#0c03614062");
}

TEST_CASE("BMPString and TeletexString are converted for use and kept as they are") {
    const Attribute bmp{.type = oid::kCommonName,
                        .tag = asn1::Tag::kBmpString,
                        .value = std::string("\x00\x61\x20\xac\x00\x00", 6)};
    CHECK(to_utf8(bmp) == "a€");
    const Attribute teletex{
        .type = oid::kCommonName, .tag = asn1::Tag::kTeletexString, .value = "\xe4"};
    CHECK(to_utf8(teletex) == "ä");
    const Name name{.rdns = {{bmp}, {teletex}}};
    CHECK(*parse_name(encode_name(name)) == name);
}

TEST_CASE("names that Go refuses are refused") {
    const auto refused = [](std::string_view hex) { return !parse_name(*parse_hex(hex)); };
    // One common name whose value is this element.
    const auto refused_value = [&](std::string_view element) {
        const auto hex = [](std::size_t n) { return fmt::format("{:02x}", n); };
        const std::size_t size = element.size() / 2;
        return refused("30" + hex(size + 9) + "31" + hex(size + 7) + "30" + hex(size + 5) +
                       "0603550403" + std::string(element));
    };
    CHECK(refused(""));
    CHECK(refused("3100"));
    CHECK(refused("300000"));                    // Trailing data.
    CHECK(refused("300a3108300606035504030c"));  // Cut off.
    CHECK(refused_value("130140"));              // '@' in a PrintableString.
    CHECK(refused_value("0c02c328"));            // Not UTF-8.
    CHECK(refused_value("1e02d800"));            // A surrogate.
    CHECK(refused_value("1e0100"));              // Half a character.
    CHECK(refused_value("1601ff"));              // Not ASCII.
    CHECK(refused_value("120161"));              // A letter in a NumericString.
    CHECK(refused_value("1a0141"));              // VisibleString.
    CHECK(refused_value("1301410500"));          // Something after the value.
    CHECK(!refused_value("13012a"));             // '*', as Go.
}

}  // namespace
}  // namespace step::x509
