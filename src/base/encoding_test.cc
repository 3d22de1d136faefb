// Hex, base64 and PEM against Go.
#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/pem.h"
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

TEST_CASE("hex reads both cases and refuses the rest") {
    CHECK(encode_hex("\x01\xab") == "01ab");
    CHECK(encode_hex_upper("\x01\xab") == "01AB");
    CHECK(*parse_hex("01aB") == "\x01\xab");
    CHECK(!parse_hex("0"));
    CHECK(!parse_hex("0g"));
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
