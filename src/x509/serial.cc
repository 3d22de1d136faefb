#include <cstdint>

#include "x509/certificate.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

/// Serial numbers of 20 octets are the rule (RFC 5280 4.1.2.2); this bounds the work of the
/// quadratic conversions below.
constexpr std::size_t kMaxDigits = 8192;

std::vector<std::uint8_t> magnitude(ByteView contents, bool negative) {
    std::vector<std::uint8_t> bytes(contents.begin(), contents.end());
    if (negative) {
        unsigned carry = 1;
        for (std::size_t i = bytes.size(); i-- > 0;) {
            const unsigned sum = static_cast<std::uint8_t>(~bytes[i]) + carry;
            bytes[i] = static_cast<std::uint8_t>(sum);
            carry = sum >> 8U;
        }
    }
    return bytes;
}

/// value = value * factor + addend, little-endian words.
void multiply_add(std::vector<std::uint32_t>& value, std::uint32_t factor, std::uint32_t addend) {
    std::uint64_t carry = addend;
    for (std::uint32_t& word : value) {
        carry += std::uint64_t{word} * factor;
        word = static_cast<std::uint32_t>(carry);
        carry >>= 32U;
    }
    if (carry != 0) {
        value.push_back(static_cast<std::uint32_t>(carry));
    }
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'Z') {
        return c - 'A' + 10;
    }
    return 99;
}

/// Takes the prefix of Go's base 0 off `text`; a lone "0" is decimal.
int take_base(std::string_view& text, bool& after_prefix) {
    after_prefix = false;
    if (text.size() < 2 || text[0] != '0') {
        return 10;
    }
    after_prefix = true;  // "0_7" and "0x_f" are good.
    switch (text[1]) {
        case 'x':
        case 'X':
            text.remove_prefix(2);
            return 16;
        case 'b':
        case 'B':
            text.remove_prefix(2);
            return 2;
        case 'o':
        case 'O':
            text.remove_prefix(2);
            return 8;
        default:
            text.remove_prefix(1);
            return 8;
    }
}

Bytes to_contents(const std::vector<std::uint32_t>& value, bool negative) {
    Bytes bytes(1, '\0');  // One octet of sign, dropped below if it is not needed.
    for (auto word = value.rbegin(); word != value.rend(); ++word) {
        for (unsigned shift = 32; shift > 0;) {
            shift -= 8;
            bytes.push_back(static_cast<char>((*word >> shift) & 0xffU));
        }
    }
    if (negative) {
        const std::vector<std::uint8_t> complement = magnitude(bytes, /*negative=*/true);
        bytes.assign(complement.begin(), complement.end());
    }
    std::size_t drop = 0;
    while (drop + 1 < bytes.size()) {
        const auto first = static_cast<std::uint8_t>(bytes[drop]);
        const bool next_sign = (static_cast<std::uint8_t>(bytes[drop + 1]) & 0x80U) != 0;
        if (!((first == 0x00 && !next_sign) || (first == 0xff && next_sign))) {
            break;
        }
        ++drop;
    }
    bytes.erase(0, drop);
    return bytes;
}

}  // namespace

std::string serial_to_text(ByteView integer_contents) {
    if (integer_contents.empty()) {
        return "0";
    }
    constexpr std::uint32_t kChunk = 1'000'000'000;
    const bool negative = (static_cast<std::uint8_t>(integer_contents[0]) & 0x80U) != 0;
    const std::vector<std::uint8_t> bytes = magnitude(integer_contents, negative);

    std::vector<std::uint32_t> words((bytes.size() + 3) / 4);  // Big-endian.
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t from_end = bytes.size() - 1 - i;
        words[words.size() - 1 - from_end / 4] |= std::uint32_t{bytes[i]} << (from_end % 4 * 8);
    }
    std::string digits;  // Backwards.
    for (std::size_t first = 0; first < words.size();) {
        std::uint64_t rest = 0;
        for (std::size_t i = first; i < words.size(); ++i) {
            rest = (rest << 32U) | words[i];
            words[i] = static_cast<std::uint32_t>(rest / kChunk);
            rest %= kChunk;
        }
        for (int i = 0; i < 9; ++i) {
            digits += static_cast<char>('0' + rest % 10);
            rest /= 10;
        }
        while (first < words.size() && words[first] == 0) {
            ++first;
        }
    }
    while (digits.size() > 1 && digits.back() == '0') {
        digits.pop_back();
    }
    if (negative) {
        digits += '-';
    }
    return {digits.rbegin(), digits.rend()};
}

Result<Bytes> parse_serial(std::string_view text) {
    const Error bad = impl::malformed("invalid serial number");
    if (text.size() > kMaxDigits) {
        return bad;
    }
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    bool digit_before = false;
    const int base = take_base(text, digit_before);
    std::vector<std::uint32_t> value;
    bool any = false;
    bool underscore = false;
    for (const char c : text) {
        if (c == '_') {
            if (!digit_before) {
                return bad;
            }
            digit_before = false;
            underscore = true;
            continue;
        }
        const int digit = digit_of(c);
        if (digit >= base) {
            return bad;
        }
        multiply_add(value, static_cast<std::uint32_t>(base), static_cast<std::uint32_t>(digit));
        any = digit_before = true;
        underscore = false;
    }
    if (!any || underscore) {
        return bad;
    }
    return to_contents(value, negative);
}

std::string Certificate::serial_text() const {
    return serial_to_text(serial);
}

}  // namespace step::x509
