#include "asn1/oid.h"

#include <array>
#include <cstdint>

namespace step::asn1 {
namespace {

/// An arc may be a UUID (X.667), so 64 bits are too few.
__extension__ using Arc = unsigned __int128;
constexpr Arc kMaxArc = ~Arc{0};

Error bad_oid() {
    return Error{.code = Code::kInvalidArgument, .detail = "asn1: invalid object identifier"};
}

/// One arc in base 128 (X.690 8.19.2) taken from the front of `rest`; false if it is cut off,
/// starts with a zero digit or has more than 128 bits.
bool take_arc(ByteView& rest, Arc& arc) {
    arc = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const auto octet = static_cast<std::uint8_t>(rest[i]);
        if ((i == 0 && octet == 0x80U) || arc > (kMaxArc >> 7U)) {
            return false;
        }
        arc = (arc << 7U) | (octet & 0x7fU);
        if ((octet & 0x80U) == 0) {
            rest.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

/// True if take_arc() would take arc after arc to the end; for readers, which want no numbers.
bool is_valid(ByteView contents) {
    constexpr std::size_t kLongest = 19;  // 18 digits have 126 bits, so its first has two.
    std::size_t start = 0;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const auto octet = static_cast<std::uint8_t>(contents[i]);
        if (i == start && octet == 0x80U) {
            return false;
        }
        if ((octet & 0x80U) == 0) {
            const std::size_t digits = i + 1 - start;
            const auto first = static_cast<std::uint8_t>(contents[start]) & 0x7fU;
            if (digits > kLongest || (digits == kLongest && first > 3)) {
                return false;
            }
            start = i + 1;
        }
    }
    return !contents.empty() && start == contents.size();
}

void put_arc(Bytes& out, Arc arc) {
    std::array<char, 19> digits{};
    std::size_t first = digits.size();
    std::uint8_t more = 0;
    do {
        digits.at(--first) = static_cast<char>(static_cast<std::uint8_t>(arc & 0x7fU) | more);
        more = 0x80U;
        arc >>= 7U;
    } while (arc != 0);
    out.append(digits.data() + first, digits.size() - first);
}

void put_decimal(std::string& out, Arc arc) {
    std::array<char, 39> digits{};
    std::size_t first = digits.size();
    do {
        digits.at(--first) = static_cast<char>('0' + static_cast<int>(arc % 10));
        arc /= 10;
    } while (arc != 0);
    out.append(digits.data() + first, digits.size() - first);
}

/// A decimal number without leading zeros, taken from the front of `rest` with the dot after it.
bool take_decimal(std::string_view& rest, Arc& arc) {
    const std::size_t dot = rest.find('.');
    const std::string_view digits = rest.substr(0, dot);
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0') ||
        (dot != std::string_view::npos && dot + 1 == rest.size())) {
        return false;
    }
    arc = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return false;
        }
        const Arc digit = static_cast<Arc>(c - '0');
        if (arc > (kMaxArc - digit) / 10) {
            return false;
        }
        arc = arc * 10 + digit;
    }
    rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    return true;
}

}  // namespace

Result<Oid> Oid::from_der(ByteView contents) {
    if (!is_valid(contents)) {
        return bad_oid();
    }
    return Oid(contents);
}

Result<Oid> Oid::from_text(std::string_view dotted) {
    Arc top = 0;
    Arc arc = 0;
    if (!take_decimal(dotted, top) || !take_decimal(dotted, arc) || top > 2 ||
        (top < 2 && arc > 39) || arc > kMaxArc - 80) {
        return bad_oid();
    }
    Bytes contents;
    put_arc(contents, top * 40 + arc);
    while (!dotted.empty()) {
        if (!take_decimal(dotted, arc)) {
            return bad_oid();
        }
        put_arc(contents, arc);
    }
    return Oid(contents);
}

std::string Oid::text() const {
    std::string out;
    ByteView rest = contents_;
    for (Arc arc = 0; !rest.empty() && take_arc(rest, arc);) {
        if (out.empty()) {
            const unsigned top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            put_decimal(out, top);
            arc -= Arc{top} * 40;
        }
        out += '.';
        put_decimal(out, arc);
    }
    return out;
}

}  // namespace step::asn1
