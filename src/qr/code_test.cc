#include "qr/code.h"

#include "qr/png.h"
#include "qr/reed_solomon.h"
#include "tests/support/vec.h"

namespace step::qr {
namespace {

/// The modules row by row behind a 1, as a hexadecimal number.
std::string as_number(const Code& code) {
    std::string bits = "1";
    for (unsigned y = 0; y < code.size(); ++y) {
        for (unsigned x = 0; x < code.size(); ++x) {
            bits += code.dark(x, y) ? '1' : '0';
        }
    }
    bits.insert(0, (4 - bits.size() % 4) % 4, '0');
    std::string number;
    for (std::size_t i = 0; i < bits.size(); i += 4) {
        unsigned digit = 0;
        for (const char bit : bits.substr(i, 4)) {
            digit = digit * 2 + (bit == '1' ? 1 : 0);
        }
        number += "0123456789abcdef"[digit];
    }
    return number;
}

}  // namespace

TEST_CASE("codes are those that libqrencode makes") {
    for (const auto& row : test::vectors("qr/codes.vec")) {
        CAPTURE(row[0]);
        const auto code = encode(row[0]);
        REQUIRE(code);
        CHECK(std::to_string(code->size()) == row[1]);
        CHECK(as_number(*code) == row[2]);
    }
}

TEST_CASE("the version is the smallest that holds the text, up to 2,331 octets") {
    CHECK(encode("")->size() == 21);
    CHECK(encode(Bytes(14, 'x'))->size() == 21);
    CHECK(encode(Bytes(15, 'x'))->size() == 25);
    CHECK(encode(Bytes(2331, 'x'))->size() == 177);
    CHECK(encode(Bytes(2332, 'x')).error().code == step::Code::kTooLarge);
}

TEST_CASE("correction octets are those of the standard's example") {
    // ISO/IEC 18004:2015 annex I.2: "01234567" in version 1-M.
    const Bytes octets = *parse_hex("10200c566180ec11ec11ec11ec11ec11");
    CHECK(encode_hex(error_correction(octets, 10)) == "a524d4c1ed36c7872c55");
}

TEST_CASE("a picture has the size asked for and room around the code, or is refused") {
    const auto code = encode("hello");
    const auto png = encode_png(*code, 200);
    REQUIRE(png);
    CHECK(png->starts_with("\x89PNG\r\n\x1a\n"));
    CHECK(png->ends_with("IEND\xae\x42\x60\x82"));
    CHECK(encode_hex(png->substr(16, 8)) == "000000c8000000c8");
    CHECK(encode_png(*code, 21));
    CHECK_FALSE(encode_png(*code, 20));
}

}  // namespace step::qr
