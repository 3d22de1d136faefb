#include "asn1/reader.h"

#include "base/time.h"

namespace step::asn1 {
namespace {

Error malformed(const char* what) {
    return Error{.code = Code::kInvalidArgument, .detail = what};
}

std::uint8_t octet(ByteView bytes, std::size_t i) {
    return static_cast<std::uint8_t>(bytes[i]);
}

/// X.690 8.3.2: the first nine bits of an INTEGER are not all alike.
bool is_minimal_integer(ByteView contents) {
    if (contents.empty()) {
        return false;
    }
    if (contents.size() == 1) {
        return true;
    }
    const bool next_is_negative = (octet(contents, 1) & 0x80U) != 0;
    return octet(contents, 0) != (next_is_negative ? 0xffU : 0x00U);
}

/// `count` decimal digits from `offset` on; false if one is none.
bool digits(ByteView text, std::size_t offset, std::size_t count, unsigned& value) {
    value = 0;
    for (std::size_t i = offset; i < offset + count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + static_cast<unsigned>(text[i] - '0');
    }
    return true;
}

Result<SysSeconds> parse_time(ByteView text, bool two_digit_year) {
    const std::size_t year_digits = two_digit_year ? 2 : 4;
    unsigned year = 0;
    Calendar fields;
    if (text.size() != year_digits + 11 || text.back() != 'Z' ||
        !digits(text, 0, year_digits, year) || !digits(text, year_digits, 2, fields.month) ||
        !digits(text, year_digits + 2, 2, fields.day) ||
        !digits(text, year_digits + 4, 2, fields.hour) ||
        !digits(text, year_digits + 6, 2, fields.minute) ||
        !digits(text, year_digits + 8, 2, fields.second)) {
        return malformed("asn1: invalid time");
    }
    if (two_digit_year) {
        year += year < 50 ? 2000 : 1900;
    }
    fields.year = static_cast<int>(year);
    return from_calendar(fields);
}

/// Takes the next element off `rest`: nullptr, or what is wrong with it, nothing being taken then.
const char* take(ByteView& rest, Reader::Element& element) {
    if (rest.size() < 2) {
        return "asn1: element is cut off";
    }
    const std::uint8_t tag = octet(rest, 0);
    if (tag == 0 || (tag & 0x1fU) == 0x1fU) {
        return "asn1: tag is not supported";
    }
    std::size_t header = 2;
    std::size_t length = octet(rest, 1);
    if (length >= 0x80U) {
        const std::size_t count = length & 0x7fU;
        if (count == 0 || count > 4) {
            return "asn1: length is indefinite or too large";
        }
        header += count;
        if (rest.size() < header) {
            return "asn1: element is cut off";
        }
        length = 0;
        for (std::size_t i = 2; i < header; ++i) {
            length = length << 8U | octet(rest, i);
        }
        if (length < 0x80U || octet(rest, 2) == 0) {
            return "asn1: length is not minimal";
        }
    }
    if (length > rest.size() - header) {
        return "asn1: element is cut off";
    }
    element = {.tag = static_cast<Tag>(tag),
               .contents = rest.substr(header, length),
               .whole = rest.substr(0, header + length)};
    rest.remove_prefix(header + length);
    return nullptr;
}

const char* take(ByteView& rest, Tag tag, Reader::Element& element) {
    const bool fits = !rest.empty() && octet(rest, 0) == static_cast<std::uint8_t>(tag);
    return fits ? take(rest, element) : "asn1: unexpected element";
}

}  // namespace

std::optional<Tag> Reader::peek() const {
    return rest_.empty() ? std::nullopt : std::optional(static_cast<Tag>(octet(rest_, 0)));
}

bool Reader::next_is(Tag tag) const {
    return peek() == tag;
}

Result<Reader::Element> Reader::read_any() {
    Element element;
    if (const char* const fault = take(rest_, element)) {
        return malformed(fault);
    }
    return element;
}

Result<ByteView> Reader::read(Tag tag) {
    Element element;
    if (const char* const fault = take(rest_, tag, element)) {
        return malformed(fault);
    }
    return element.contents;
}

Result<std::optional<ByteView>> Reader::read_optional(Tag tag) {
    if (!next_is(tag)) {
        return std::optional<ByteView>();
    }
    Element element;
    if (const char* const fault = take(rest_, element)) {
        return malformed(fault);
    }
    return std::optional(element.contents);
}

Result<Reader> Reader::enter(Tag tag) {
    Element element;
    if (const char* const fault = take(rest_, tag, element)) {
        return malformed(fault);
    }
    return Reader(element.contents);
}

Result<bool> Reader::read_boolean() {
    Reader next = *this;
    STEP_ASSIGN(const ByteView contents, next.read(Tag::kBoolean));
    if (contents.size() != 1 || (octet(contents, 0) != 0x00U && octet(contents, 0) != 0xffU)) {
        return malformed("asn1: invalid boolean");
    }
    *this = next;
    return octet(contents, 0) == 0xffU;
}

Result<ByteView> Reader::read_integer() {
    Reader next = *this;
    STEP_ASSIGN(const ByteView contents, next.read(Tag::kInteger));
    if (!is_minimal_integer(contents)) {
        return malformed("asn1: integer is not minimal");
    }
    *this = next;
    return contents;
}

Result<std::int64_t> Reader::read_small_integer() {
    Reader next = *this;
    STEP_ASSIGN(const ByteView contents, next.read_integer());
    if (contents.size() > 8) {
        return malformed("asn1: integer is too large");
    }
    std::uint64_t value = (octet(contents, 0) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        value = value << 8U | octet(contents, i);
    }
    *this = next;
    return static_cast<std::int64_t>(value);
}

Result<Oid> Reader::read_oid() {
    Reader next = *this;
    Element element;
    if (const char* const fault = take(next.rest_, Tag::kOid, element)) {
        return malformed(fault);
    }
    Result<Oid> oid = Oid::from_der(element.contents);
    if (oid) {
        *this = next;
    }
    return oid;
}

Result<ByteView> Reader::read_bits() {
    Reader next = *this;
    STEP_ASSIGN(const ByteView contents, next.read(Tag::kBitString));
    if (contents.empty() || octet(contents, 0) != 0) {
        return malformed("asn1: bit string does not end with an octet");
    }
    *this = next;
    return contents.substr(1);
}

Result<std::uint32_t> Reader::read_named_bits() {
    Reader next = *this;
    STEP_ASSIGN(const ByteView contents, next.read(Tag::kBitString));
    if (contents.empty() || contents.size() > 5) {
        return malformed("asn1: invalid bit string");
    }
    const unsigned unused = octet(contents, 0);
    const unsigned last = contents.size() == 1 ? 0U : octet(contents, contents.size() - 1);
    if (unused > 7 || (contents.size() == 1 && unused != 0) || (last & ((1U << unused) - 1)) != 0) {
        return malformed("asn1: invalid bit string");
    }
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < (contents.size() - 1) * 8; ++i) {
        if ((octet(contents, 1 + i / 8) & (0x80U >> (i % 8))) != 0) {
            bits |= std::uint32_t{1} << i;
        }
    }
    *this = next;
    return bits;
}

Result<SysSeconds> Reader::read_time() {
    Reader next = *this;
    const bool is_utc = next.next_is(Tag::kUtcTime);
    STEP_ASSIGN(const ByteView text, next.read(is_utc ? Tag::kUtcTime : Tag::kGeneralizedTime));
    STEP_ASSIGN(const SysSeconds time, parse_time(text, is_utc));
    *this = next;
    return time;
}

Status Reader::finish() const {
    if (!at_end()) {
        return malformed("asn1: trailing data");
    }
    return ok();
}

}  // namespace step::asn1
