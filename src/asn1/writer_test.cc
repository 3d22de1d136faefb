#include "asn1/writer.h"

#include <doctest/doctest.h>

#include "asn1/reader.h"

namespace step::asn1 {
namespace {

using namespace std::string_view_literals;

template <class F>
Bytes written(F write) {
    Writer writer;
    write(writer);
    return std::move(writer).take();
}

TEST_CASE("lengths grow with what is put in, however deep") {
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65'535U, 65'536U}) {
        CAPTURE(size);
        Writer writer;
        const auto outer = writer.begin(Tag::kSequence);
        const auto inner = writer.begin(Tag::kSet);
        writer.octets(Bytes(size, 'x'));
        writer.end(inner);
        writer.null();
        writer.end(outer);
        Reader reader(writer.view());
        auto sequence = reader.enter();
        REQUIRE(sequence);
        auto set = sequence->enter(Tag::kSet);
        REQUIRE(set);
        CHECK(set->read(Tag::kOctetString)->size() == size);
        CHECK(set->finish());
        CHECK(sequence->read(Tag::kNull)->empty());
        CHECK(sequence->finish());
        CHECK(reader.finish());
    }
}

TEST_CASE("long lengths are spelled as X.690 8.1.3.5 says") {
    const auto begin_of = [](std::size_t size) {
        return written([&](Writer& w) { w.octets(Bytes(size, 'x')); }).substr(0, 5);
    };
    CHECK(begin_of(201).substr(0, 3) == "\x04\x81\xc9");  // The example of that section.
    CHECK(begin_of(127).substr(0, 2) == "\x04\x7f");
    CHECK(begin_of(256).substr(0, 4) == "\x04\x82\x01\x00"sv);
    CHECK(begin_of(65'536) == "\x04\x83\x01\x00\x00"sv);
}

TEST_CASE("integers are minimal") {
    struct Row {
        std::int64_t value;
        std::string_view der;
    };
    for (const Row& row :
         {Row{0, "\x02\x01\x00"sv}, Row{127, "\x02\x01\x7f"sv}, Row{128, "\x02\x02\x00\x80"sv},
          Row{256, "\x02\x02\x01\x00"sv}, Row{-1, "\x02\x01\xff"sv}, Row{-128, "\x02\x01\x80"sv},
          Row{-129, "\x02\x02\xff\x7f"sv}, Row{65'537, "\x02\x03\x01\x00\x01"sv},
          Row{INT64_MIN, "\x02\x08\x80\x00\x00\x00\x00\x00\x00\x00"sv}}) {
        CHECK(written([&](Writer& w) { w.integer(row.value); }) == row.der);
    }
}

TEST_CASE("an unsigned integer drops leading zeros and never reads as negative") {
    CHECK(written([](Writer& w) { w.unsigned_integer(""); }) == "\x02\x01\x00"sv);
    CHECK(written([](Writer& w) { w.unsigned_integer("\0\0"sv); }) == "\x02\x01\x00"sv);
    CHECK(written([](Writer& w) { w.unsigned_integer("\0\0\x05"sv); }) == "\x02\x01\x05"sv);
    CHECK(written([](Writer& w) { w.unsigned_integer("\x80"); }) == "\x02\x02\x00\x80"sv);
    CHECK(written([](Writer& w) { w.unsigned_integer("\0\x80"sv); }) == "\x02\x02\x00\x80"sv);
}

TEST_CASE("primitive elements are spelled as DER spells them") {
    CHECK(written([](Writer& w) { w.boolean(true); }) == "\x01\x01\xff");
    CHECK(written([](Writer& w) { w.boolean(false); }) == "\x01\x01\x00"sv);
    CHECK(written([](Writer& w) { w.null(); }) == "\x05\x00"sv);
    CHECK(written([](Writer& w) { w.bits("ab"); }) ==
          "\x03\x03\x00"
          "ab"sv);
    CHECK(written([](Writer& w) { w.oid(*Oid::from_text("2.100.3")); }) == "\x06\x03\x81\x34\x03");
    CHECK(written([](Writer& w) { w.raw("\x05\x00"sv); }) == "\x05\x00"sv);
}

TEST_CASE("named bits drop trailing zeros") {
    // Key usages of the recorded certificates.
    CHECK(written([](Writer& w) { w.named_bits(0x1); }) == "\x03\x02\x07\x80");
    CHECK(written([](Writer& w) { w.named_bits(0x60); }) == "\x03\x02\x01\x06");
    CHECK(written([](Writer& w) { w.named_bits(0x100); }) == "\x03\x03\x07\x00\x80"sv);
    CHECK(written([](Writer& w) { w.named_bits(0); }) == "\x03\x01\x00"sv);
    CHECK(written([](Writer& w) { w.named_bits(0x80000000U); }) ==
          "\x03\x05\x00\x00\x00\x00\x01"sv);
}

TEST_CASE("a time is a UTCTime from 1950 through 2049 and a GeneralizedTime otherwise") {
    const auto time = [](std::int64_t seconds) {
        return written([&](Writer& w) { w.time(SysSeconds(std::chrono::seconds(seconds))); });
    };
    CHECK(time(1'795'311'816) ==
          "\x17\x0d"
          "261122014336Z");  // create-leaf-sans
    CHECK(time(2'524'607'999) ==
          "\x17\x0d"
          "491231235959Z");
    CHECK(time(2'524'608'000) ==
          "\x18\x0f"
          "20500101000000Z");
    CHECK(time(-631'152'000) ==
          "\x17\x0d"
          "500101000000Z");
    CHECK(time(-631'152'001) ==
          "\x18\x0f"
          "19491231235959Z");
    CHECK(time(253'402'300'799) ==
          "\x18\x0f"
          "99991231235959Z");
    CHECK(time(253'402'300'800) ==
          "\x18\x0f"
          "99991231235959Z");
    CHECK(time(-62'167'219'201) ==
          "\x18\x0f"
          "00000101000000Z");
}

TEST_CASE("text is a PrintableString only if Go would write one") {
    CHECK(written([](Writer& w) { w.printable_or_utf8("Int CA"); }) == "\x13\x06Int CA");
    CHECK(written([](Writer& w) { w.printable_or_utf8("a@b"); }) ==
          "\x0c\x03"
          "a@b");
    CHECK(is_printable("aZ9 '()+,-./:=?"));
    CHECK(is_printable(""));
    for (const char* other : {"*", "&", "@", "_", "!", "\"", ";", "<", "\xc3\xa9", "\x7f"}) {
        CAPTURE(other);
        CHECK(!is_printable(other));
    }
    CHECK(!is_printable("\0"sv));
}

}  // namespace
}  // namespace step::asn1
