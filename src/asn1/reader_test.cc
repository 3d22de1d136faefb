#include "asn1/reader.h"

#include <doctest/doctest.h>

#include "asn1/writer.h"
#include "tests/support/data.h"

namespace step::asn1 {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

/// What `read` makes of `der`, and that a failure left the reader where it was.
template <class F>
auto read_all(std::string_view der, F read) {
    Reader reader(der);
    auto value = read(reader);
    CHECK(reader.rest().size() == (value ? 0 : der.size()));
    return value;
}
auto boolean(std::string_view der) {
    return read_all(der, [](Reader& r) { return r.read_boolean(); });
}
auto small(std::string_view der) {
    return read_all(der, [](Reader& r) { return r.read_small_integer(); });
}
auto bits(std::string_view der) {
    return read_all(der, [](Reader& r) { return r.read_bits(); });
}
auto named_bits(std::string_view der) {
    return read_all(der, [](Reader& r) { return r.read_named_bits(); });
}
auto time_of(std::string_view der) {
    return read_all(der, [](Reader& r) { return r.read_time(); });
}
auto any(std::string_view der) {
    return read_all(der, [](Reader& r) { return r.read_any(); });
}

/// Reads `der` to the innermost element and writes it again.
void copy(Reader reader, Writer& out) {
    while (!reader.at_end()) {
        const auto element = reader.read_any();
        REQUIRE(element);
        if ((static_cast<unsigned>(element->tag) & 0x20U) != 0) {
            const auto mark = out.begin(element->tag);
            copy(Reader(element->contents), out);
            out.end(mark);
        } else {
            out.element(element->tag, element->contents);
        }
    }
}

TEST_CASE("a certificate of the original is read and written again octet for octet") {
    for (const char* name : {"create-leaf-sans.der", "sign-template-everything.der"}) {
        CAPTURE(name);
        const Bytes der = test::data(std::string("asn1/") + name);
        Writer out;
        copy(Reader(der), out);
        CHECK(out.view() == der);
    }
}

TEST_CASE("the fields of a certificate of the original are found where RFC 5280 puts them") {
    // Values as `openssl asn1parse` prints them.
    const Bytes der = test::data("asn1/create-leaf-sans.der");
    Reader file(der);
    auto certificate = file.enter();
    REQUIRE(certificate);
    CHECK(file.finish());
    auto tbs = certificate->enter();
    REQUIRE(tbs);
    auto version = tbs->enter(context_constructed(0));
    REQUIRE(version);
    CHECK(*version->read_small_integer() == 2);
    const auto serial = tbs->read_integer();
    REQUIRE(serial);
    CHECK(*serial == "\x33\xbd\x25\x45\xb2\xb7\x90\x0f\x4f\xf2\x8b\xa3\x08\xdf\x9d\xbb"sv);
    auto algorithm = tbs->enter();
    REQUIRE(algorithm);
    CHECK(algorithm->read_oid()->text() == "1.2.840.10045.4.3.2");
    CHECK(algorithm->finish());
    CHECK(tbs->read(Tag::kSequence));
    auto validity = tbs->enter();
    REQUIRE(validity);
    CHECK(validity->read_time()->time_since_epoch().count() == 1'795'311'816);
    CHECK(validity->read_time()->time_since_epoch().count() == 1'795'398'216);
    CHECK(!validity->read_time());
    CHECK(!tbs->finish());
}

TEST_CASE("a length has one spelling") {
    CHECK(any("\x04\x01\x61"sv)->contents == "a");
    CHECK(!any("\x04\x81\x01\x61"sv));
    CHECK(any("\x04\x81\x80"s + std::string(128, 'a'))->contents.size() == 128);
    CHECK(!any("\x04\x82\x00\x80"s + std::string(128, 'a')));
    CHECK(any("\x04\x82\x01\x00"s + std::string(256, 'a'))->whole.size() == 260);
    CHECK(!any("\x30\x80\x02\x01\x05\x00\x00"sv));
    CHECK(!any("\x04\x85\x00\x00\x00\x00\x01\x61"sv));
    CHECK(!any("\x04\x84\xff\xff\xff\xff\x61"sv));
}

TEST_CASE("an element that is cut off is refused wherever the cut is") {
    const Bytes der = test::data("asn1/create-leaf-sans.der");
    for (std::size_t size = 0; size < der.size(); ++size) {
        CHECK(!Reader(ByteView(der).substr(0, size)).read_any());
    }
}

TEST_CASE("high tag numbers and the end-of-contents octets are refused") {
    CHECK(!any("\x1f\x20\x00"sv));
    CHECK(!any("\xbf\x20\x00"sv));
    CHECK(!any("\x00\x00"sv));
}

TEST_CASE("a boolean is 00 or ff") {
    CHECK(*boolean("\x01\x01\xff"sv));
    CHECK(!*boolean("\x01\x01\x00"sv));
    CHECK(!boolean("\x01\x01\x01"sv));
    CHECK(!boolean("\x01\x00"sv));
    CHECK(!boolean("\x01\x02\xff\xff"sv));
}

TEST_CASE("an integer is minimal two's complement") {
    CHECK(*small("\x02\x01\x00"sv) == 0);
    CHECK(*small("\x02\x01\x7f"sv) == 127);
    CHECK(*small("\x02\x02\x00\x80"sv) == 128);
    CHECK(*small("\x02\x01\x80"sv) == -128);
    CHECK(*small("\x02\x02\xff\x7f"sv) == -129);
    CHECK(*small("\x02\x08\x80\x00\x00\x00\x00\x00\x00\x00"sv) == INT64_MIN);
    CHECK(!small("\x02\x00"sv));
    CHECK(!small("\x02\x02\x00\x7f"sv));
    CHECK(!small("\x02\x02\xff\x80"sv));
    CHECK(!small("\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff"sv));
}

TEST_CASE("a bit string of octets has no unused bits") {
    CHECK(*bits("\x03\x02\x00\x61"sv) == "a");
    CHECK(bits("\x03\x01\x00"sv)->empty());
    CHECK(!bits("\x03\x02\x04\x60"sv));
    CHECK(!bits("\x03\x00"sv));
}

TEST_CASE("named bits are counted from the first bit of the first octet") {
    CHECK(*named_bits("\x03\x02\x07\x80"sv) == 0x1);        // digitalSignature
    CHECK(*named_bits("\x03\x02\x01\x06"sv) == 0x60);       // keyCertSign and cRLSign
    CHECK(*named_bits("\x03\x03\x07\x00\x80"sv) == 0x100);  // decipherOnly
    CHECK(*named_bits("\x03\x02\x00\x80"sv) == 0x1);        // Trailing zeros: as Go.
    CHECK(*named_bits("\x03\x01\x00"sv) == 0);
    CHECK(!named_bits("\x03\x02\x07\x81"sv));
    CHECK(!named_bits("\x03\x01\x01"sv));
    CHECK(!named_bits("\x03\x02\x08\x00"sv));
    CHECK(!named_bits("\x03\x06\x00\x00\x00\x00\x00\x01"sv));
}

TEST_CASE("times are those of RFC 5280") {
    // Seconds as `date -u -d … +%s` prints them.
    CHECK(time_of("\x17\x0d"
                  "491231235959Z"sv)
              ->time_since_epoch()
              .count() == 2'524'607'999);
    CHECK(time_of("\x17\x0d"
                  "500101000000Z"sv)
              ->time_since_epoch()
              .count() == -631'152'000);
    CHECK(time_of("\x18\x0f"
                  "20500101000000Z"sv)
              ->time_since_epoch()
              .count() == 2'524'608'000);
    CHECK(time_of("\x18\x0f"
                  "99991231235959Z"sv)
              ->time_since_epoch()
              .count() == 253'402'300'799);
    CHECK(time_of("\x17\x0d"
                  "240229120000Z"sv)
              ->time_since_epoch()
              .count() == 1'709'208'000);
    CHECK(
        !time_of("\x17\x0d"
                 "230229120000Z"sv));
    CHECK(
        !time_of("\x17\x0d"
                 "241301000000Z"sv));
    CHECK(
        !time_of("\x17\x0d"
                 "240101240000Z"sv));
    CHECK(
        !time_of("\x17\x0b"
                 "4912312359Z"sv));
    CHECK(
        !time_of("\x17\x0d"
                 "4912312359 9Z"sv));
    CHECK(
        !time_of("\x17\x11"
                 "491231235959+0100"sv));
    CHECK(
        !time_of("\x18\x11"
                 "20500101000000.5Z"sv));
    CHECK(
        !time_of("\x18\x0d"
                 "491231235959Z"sv));
}

TEST_CASE("an optional element is read if it is next and only then") {
    Reader reader("\x80\x01\x61\x04\x00"sv);
    CHECK(!reader.read_optional(context(1))->has_value());
    CHECK(**reader.read_optional(context(0)) == "a");
    CHECK(reader.next_is(Tag::kOctetString));
    CHECK(!reader.read(Tag::kInteger));
    CHECK(reader.read(Tag::kOctetString));
    CHECK(reader.finish());
    CHECK(!reader.peek());
    Reader broken("\x80\x05\x61"sv);
    CHECK(!broken.read_optional(context(0)));
}

}  // namespace
}  // namespace step::asn1
