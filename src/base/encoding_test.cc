// Hex, base64 and PEM against Go.
#include <doctest/doctest.h>

#include "base/base32.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/pem.h"
#include "base/text.h"
#include "tests/support/vec.h"

namespace step {
namespace {

TEST_CASE("base64 accepts, refuses and writes what Go's four encodings do") {
    constexpr Base64 kKinds[] = {Base64::kStd, Base64::kRawStd, Base64::kUrl, Base64::kRawUrl};
    for (const auto& row : test::vectors("base/base64.vec")) {
        CAPTURE(row[0]);
        CAPTURE(row[1]);
        const Base64 kind = kKinds[row[0][0] - '0'];
        const auto bytes = parse_base64(row[1], kind);
        CHECK(static_cast<bool>(bytes) == (row[2] == "1"));
        if (bytes) {
            CHECK(*bytes == row[3]);
            CHECK(encode_base64(*bytes, kind) == row[4]);
        }
    }
}

TEST_CASE(
    "base32 writes what RFC 4648 10 says, without padding, and reads it in every usual form") {
    constexpr std::pair<std::string_view, std::string_view> kRows[] = {{"", ""},
                                                                       {"f", "MY"},
                                                                       {"fo", "MZXQ"},
                                                                       {"foo", "MZXW6"},
                                                                       {"foob", "MZXW6YQ"},
                                                                       {"fooba", "MZXW6YTB"},
                                                                       {"foobar", "MZXW6YTBOI"}};
    for (const auto& [plain, encoded] : kRows) {
        CAPTURE(plain);
        CHECK(encode_base32(plain) == encoded);
        CHECK(*parse_base32(encoded) == plain);
        const std::string padded =
            std::string(encoded) + std::string((8 - encoded.size() % 8) % 8, '=');
        CHECK(*parse_base32(padded) == plain);
        CHECK(*parse_base32(to_lower(padded) + "\r\n") == plain);
    }
    for (const char* bad :
         {"M", "MZX", "MZXW6Y", "MY=", "MY=======", "=", "M1", "M Y", "MY======MY"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_base32(bad));
    }
}

TEST_CASE("hex reads both cases and refuses the rest") {
    CHECK(encode_hex("\x01\xab") == "01ab");
    CHECK(encode_hex_upper("\x01\xab") == "01AB");
    CHECK(*parse_hex("01aB") == "\x01\xab");
    CHECK(!parse_hex("0"));
    CHECK(!parse_hex("0g"));
    // As Go's hex.DecodeString.
    CHECK(parse_hex("zz").error().detail == "encoding/hex: invalid byte: U+007A 'z'");
    CHECK(parse_hex("a\x01").error().detail == "encoding/hex: invalid byte: U+0001");
    CHECK(parse_hex("\xe9"
                    "a")
              .error()
              .detail == "encoding/hex: invalid byte: U+00E9 '\xc3\xa9'");
    CHECK(parse_hex("abc").error().detail == "encoding/hex: odd length hex string");
}

TEST_CASE("PEM finds the block that Go finds and writes it as Go does") {
    for (const auto& row : test::vectors("base/pem.vec")) {
        CAPTURE(row[0]);
        const auto found = next_pem(row[0]);
        REQUIRE(found.has_value() == (row[1] == "1"));
        if (found) {
            CHECK(found->block.type == row[2]);
            CHECK(found->block.bytes == row[3]);
            CHECK(row[0].substr(found->rest) == row[4]);
            CHECK(encode_pem(found->block) == row[5]);
        }
    }
}

TEST_CASE("PEM puts Proc-Type before the other headers") {
    const PemBlock block{
        .type = "A", .headers = {{"DEK-Info", "x"}, {"Proc-Type", "4,ENCRYPTED"}}, .bytes = "foo"};
    CHECK(encode_pem(block) ==
          "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nZm9v\n-----END A-----\n");
}

}  // namespace
}  // namespace step
