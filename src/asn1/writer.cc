#include "asn1/writer.h"

#include <array>

#include "base/time.h"

namespace step::asn1 {
namespace {

void put_digits(std::string& out, unsigned value, unsigned divisor) {
    for (; divisor != 0; divisor /= 10) {
        out += static_cast<char>('0' + value / divisor % 10);
    }
}

/// The octets of a length (X.690 10.1).
void encode_length(std::size_t length, std::string& out) {
    if (length < 0x80U) {
        out += static_cast<char>(length);
        return;
    }
    std::size_t count = 1;
    while (count < sizeof(length) && length >> (8 * count) != 0) {
        ++count;
    }
    out += static_cast<char>(0x80U | count);
    while (count-- > 0) {
        out += static_cast<char>(length >> (8 * count) & 0xffU);
    }
}

}  // namespace

Writer::Mark Writer::begin(Tag tag) {
    out_ += static_cast<char>(tag);
    out_ += '\0';  // The length, if it is short; end() makes room for a longer one.
    return Mark{out_.size()};
}

void Writer::end(Mark mark) {
    const std::size_t size = out_.size() - mark.start;
    if (size < 0x80U) {
        out_[mark.start - 1] = static_cast<char>(size);
        return;
    }
    std::string length;
    encode_length(size, length);
    out_.replace(mark.start - 1, 1, length);
}

void Writer::element(Tag tag, ByteView contents) {
    out_ += static_cast<char>(tag);
    encode_length(contents.size(), out_);
    out_ += contents;
}

void Writer::raw(ByteView der) {
    out_ += der;
}

void Writer::boolean(bool value) {
    element(Tag::kBoolean, value ? "\xff" : ByteView("\0", 1));
}

void Writer::integer(std::int64_t value) {
    std::array<char, 8> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets.at(i) = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i) & 0xffU);
    }
    ByteView contents(octets.data(), octets.size());
    const char sign = value < 0 ? '\xff' : '\0';
    while (contents.size() > 1 && contents[0] == sign && ((contents[1] ^ sign) & 0x80) == 0) {
        contents.remove_prefix(1);
    }
    element(Tag::kInteger, contents);
}

void Writer::unsigned_integer(ByteView big_endian) {
    while (!big_endian.empty() && big_endian.front() == '\0') {
        big_endian.remove_prefix(1);
    }
    const bool needs_sign =
        big_endian.empty() || (static_cast<std::uint8_t>(big_endian.front()) & 0x80U) != 0;
    out_ += static_cast<char>(Tag::kInteger);
    encode_length(big_endian.size() + (needs_sign ? 1 : 0), out_);
    if (needs_sign) {
        out_ += '\0';
    }
    out_ += big_endian;
}

void Writer::oid(const Oid& oid) {
    element(Tag::kOid, oid.der());
}

void Writer::null() {
    element(Tag::kNull, {});
}

void Writer::octets(ByteView contents) {
    element(Tag::kOctetString, contents);
}

void Writer::bits(ByteView contents) {
    out_ += static_cast<char>(Tag::kBitString);
    encode_length(contents.size() + 1, out_);
    out_ += '\0';
    out_ += contents;
}

void Writer::named_bits(std::uint32_t bits) {
    std::array<std::uint8_t, 5> octets{};  // The count of unused bits and up to four octets.
    std::size_t count = 0;
    for (unsigned i = 0; i < 32; ++i) {
        if ((bits >> i & 1U) != 0) {
            count = i + 1;
            octets.at(1 + i / 8) |= static_cast<std::uint8_t>(0x80U >> (i % 8));
        }
    }
    const std::size_t used = (count + 7) / 8;
    octets[0] = static_cast<std::uint8_t>(used * 8 - count);
    element(Tag::kBitString, ByteView(reinterpret_cast<const char*>(octets.data()), 1 + used));
}

void Writer::time(SysSeconds time) {
    static constexpr SysSeconds kFirst{std::chrono::seconds(-62'167'219'200)};  // 0000-01-01
    static constexpr SysSeconds kLast{std::chrono::seconds(253'402'300'799)};   // 9999-12-31
    const Calendar at = to_calendar(std::clamp(time, kFirst, kLast));
    const auto year = static_cast<unsigned>(at.year);
    const bool utc = year >= 1950 && year < 2050;
    std::string text;
    put_digits(text, year, utc ? 10 : 1000);
    for (const unsigned field : {at.month, at.day, at.hour, at.minute, at.second}) {
        put_digits(text, field, 10);
    }
    text += 'Z';
    element(utc ? Tag::kUtcTime : Tag::kGeneralizedTime, text);
}

void Writer::printable_or_utf8(std::string_view text) {
    element(is_printable(text) ? Tag::kPrintableString : Tag::kUtf8String, text);
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

}  // namespace step::asn1
