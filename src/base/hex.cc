#include "base/hex.h"

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
    if (text.size() % 2 != 0) {
        return Error{.code = Code::kInvalidArgument, .detail = "hexadecimal of odd length"};
    }
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = value_of(text[i]);
        const int low = value_of(text[i + 1]);
        if (high < 0 || low < 0) {
            return Error{.code = Code::kInvalidArgument, .detail = "invalid hexadecimal digit"};
        }
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

}  // namespace step
