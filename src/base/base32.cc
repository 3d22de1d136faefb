#include "base/base32.h"

#include <cstdint>

#include "base/text.h"

namespace step {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned kBits = 5, kOctet = 8;

}  // namespace

std::string encode_base32(ByteView bytes) {
    std::string text;
    std::uint32_t pending = 0;
    unsigned count = 0;
    for (const char octet : bytes) {
        pending = pending << kOctet | static_cast<unsigned char>(octet);
        count += kOctet;
        while (count >= kBits) {
            count -= kBits;
            text += kAlphabet[pending >> count & 0x1fU];
        }
    }
    if (count > 0) {
        text += kAlphabet[pending << (kBits - count) & 0x1fU];
    }
    return text;
}

Result<Bytes> parse_base32(std::string_view text) {
    const Error bad{.code = Code::kInvalidArgument, .detail = "illegal base32 data"};
    Bytes bytes;
    std::uint32_t pending = 0;
    unsigned count = 0;
    std::size_t digits = 0, padding = 0;
    for (const char c : text) {
        if (c == '\r' || c == '\n') {
            continue;
        }
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::size_t value = kAlphabet.find(c >= 'a' && c <= 'z' ? to_upper({&c, 1})[0] : c);
        if (value == std::string_view::npos || padding > 0) {
            return bad;
        }
        ++digits;
        pending = pending << kBits | static_cast<std::uint32_t>(value);
        count += kBits;
        if (count >= kOctet) {
            count -= kOctet;
            bytes += static_cast<char>(pending >> count & 0xffU);
        }
    }
    // 1, 3 and 6 digits of a group of eight hold no whole number of octets.
    const std::size_t last = digits % kOctet;
    if (last == 1 || last == 3 || last == 6 ||
        (padding > 0 && (last == 0 || last + padding != kOctet))) {
        return bad;
    }
    return bytes;
}

}  // namespace step
