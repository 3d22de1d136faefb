#include "base/hex.h"

#include <fmt/core.h>

namespace step {
namespace {

std::string encode(ByteView bytes, const char* digits) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto octet = static_cast<unsigned char>(c);
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

/// With Go's %#U of the octet: "U+007A 'z'".
Error bad_digit(char c) {
    const auto octet = static_cast<unsigned char>(c);
    std::string shown = fmt::format("U+{:04X}", octet);
    // C0, DEL, C1, the no-break space and the soft hyphen have no picture.
    if (octet >= 0x20 && (octet < 0x7f || octet > 0xa0) && octet != 0xad) {
        shown += octet < 0x80 ? fmt::format(" '{}'", c)
                              : fmt::format(" '{}{}'", static_cast<char>(0xc0U | octet >> 6U),
                                            static_cast<char>(0x80U | (octet & 0x3fU)));
    }
    return {.code = Code::kInvalidArgument, .detail = "encoding/hex: invalid byte: " + shown};
}

int value_of(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::string encode_hex(ByteView bytes) {
    return encode(bytes, "0123456789abcdef");
}

std::string encode_hex_upper(ByteView bytes) {
    return encode(bytes, "0123456789ABCDEF");
}

Result<Bytes> parse_hex(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int value = value_of(text[i]);
        if (value < 0) {
            return bad_digit(text[i]);
        }
        if (i % 2 == 0) {
            bytes += static_cast<char>(value * 16);
        } else {
            bytes.back() = static_cast<char>(bytes.back() | value);
        }
    }
    if (text.size() % 2 != 0) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "encoding/hex: odd length hex string"};
    }
    return bytes;
}

}  // namespace step
