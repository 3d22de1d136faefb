#include "x509/inspect_parts.h"

#include <array>
#include <bit>

#include "asn1/reader.h"
#include "base/hex.h"
#include "base/ip.h"

namespace step::x509::parts {

using asn1::Reader;
using asn1::Tag;

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    if (code < 0x800) {
        out += static_cast<char>(0xc0U | (code >> 6U));
    } else {
        if (code < 0x10000) {
            out += static_cast<char>(0xe0U | (code >> 12U));
        } else {
            out += static_cast<char>(0xf0U | (code >> 18U));
            out += static_cast<char>(0x80U | ((code >> 12U) & 0x3fU));
        }
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3fU));
    }
    out += static_cast<char>(0x80U | (code & 0x3fU));
}

std::uint32_t octet(char c) {
    return static_cast<unsigned char>(c);
}

std::string from_utf16(ByteView octets) {
    std::string out;
    const auto unit = [&](std::size_t i) { return octet(octets[i]) << 8U | octet(octets[i + 1]); };
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
        std::uint32_t code = unit(i);
        if (code >= 0xd800 && code < 0xdc00 && i + 3 < octets.size() && unit(i + 2) >= 0xdc00 &&
            unit(i + 2) < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10U) + (unit(i + 2) - 0xdc00);
            i += 2;
        } else if (code >= 0xd800 && code < 0xe000) {
            code = 0xfffd;
        }
        append_utf8(out, code);
    }
    return out;
}

std::string to_text(Tag tag, ByteView octets) {
    if (tag == Tag::kBmpString) {
        return from_utf16(octets);
    }
    if (tag == Tag::kTeletexString) {
        std::string out;
        for (const char c : octets) {
            append_utf8(out, octet(c));
        }
        return out;
    }
    return std::string(octets);
}

bool is_string(Tag tag) {
    switch (tag) {
        case Tag::kUtf8String:
        case Tag::kNumericString:
        case Tag::kPrintableString:
        case Tag::kTeletexString:
        case Tag::kIa5String:
        case Tag::kVisibleString:
        case Tag::kBmpString:
            return true;
        default:
            return false;
    }
}

/// Code points that Go's strconv.IsPrint refuses although they are characters.
bool is_invisible(std::uint32_t code) {
    constexpr std::pair<std::uint32_t, std::uint32_t> kRanges[] = {
        {0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},       {0x600, 0x605},
        {0x61c, 0x61c},   {0x6dd, 0x6dd},   {0x70f, 0x70f},     {0x1680, 0x1680},
        {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f},   {0x205f, 0x206f},
        {0x3000, 0x3000}, {0xd800, 0xf8ff}, {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},
        {0xfff0, 0xfffb}, {0xfffd, 0xffff}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
    };
    return std::any_of(std::begin(kRanges), std::end(kRanges), [code](const auto& range) {
        return code >= range.first && code <= range.second;
    });
}

/// Decodes one character and says how many octets it took; U+FFFD and 1 if it is malformed.
std::pair<std::uint32_t, std::size_t> next_character(ByteView text) {
    const std::uint32_t first = octet(text[0]);
    if (first < 0x80) {
        return {first, 1};
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    if (first < 0xc2 || first > 0xf4 || text.size() < length) {
        return {0xfffd, 1};
    }
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((octet(text[i]) & 0xc0U) != 0x80) {
            return {0xfffd, 1};
        }
        code = code << 6U | (octet(text[i]) & 0x3fU);
    }
    if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        return {0xfffd, 1};
    }
    return {code, length};
}

}  // namespace

std::string attribute_text(const Attribute& attribute) {
    return to_text(attribute.tag, attribute.value);
}

std::optional<ByteView> whole(ByteView der, Tag tag) {
    Reader reader(der);
    auto contents = reader.read(tag);
    if (!contents || !reader.at_end()) {
        return std::nullopt;
    }
    return *contents;
}

std::optional<std::string> whole_string(ByteView der) {
    Reader reader(der);
    auto element = reader.read_any();
    if (!element || !reader.at_end() || !is_string(element->tag)) {
        return std::nullopt;
    }
    return to_text(element->tag, element->contents);
}

std::vector<GeneralName> general_names(ByteView der) {
    std::vector<GeneralName> out;
    const auto contents = whole(der, Tag::kSequence);
    if (!contents) {
        return out;
    }
    Reader reader(*contents);
    while (!reader.at_end()) {
        const auto element = reader.read_any();
        if (!element || (static_cast<unsigned>(element->tag) & 0xc0U) != 0x80) {
            break;
        }
        out.push_back({static_cast<unsigned>(element->tag) & 0x1fU, element->contents});
    }
    return out;
}

std::optional<OtherName> parse_other_name(ByteView contents) {
    Reader reader(contents);
    auto id = reader.read_oid();
    if (!id) {
        return std::nullopt;
    }
    auto value = reader.read(asn1::context_constructed(0));
    if (!value || !reader.at_end()) {
        return std::nullopt;
    }
    return OtherName{*std::move(id), Bytes(*value)};
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_pairs(ByteView der) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (der.empty()) {
        return pairs;
    }
    const auto contents = whole(der, Tag::kSequence);
    if (!contents) {
        return std::nullopt;
    }
    Reader reader(*contents);
    bool name_next = true;
    while (!reader.at_end()) {
        const auto element = reader.read_any();
        if (!element || !is_string(element->tag)) {
            return std::nullopt;
        }
        std::string text = to_text(element->tag, element->contents);
        if (name_next) {
            pairs.emplace_back(std::move(text), "-");
        } else {
            pairs.back().second = std::move(text);
        }
        name_next = !name_next;
    }
    return pairs;
}

std::optional<Provisioner> parse_provisioner(ByteView extension_value) {
    const auto contents = whole(extension_value, Tag::kSequence);
    if (!contents) {
        return std::nullopt;
    }
    Reader reader(*contents);
    const auto type = reader.read_small_integer();
    const auto name = reader.read(Tag::kOctetString);
    const auto credential = reader.read(Tag::kOctetString);
    if (!type || !name || !credential) {
        return std::nullopt;
    }
    auto pairs = parse_pairs(reader.rest());
    if (!pairs) {
        return std::nullopt;
    }
    return Provisioner{*type, std::string(*name), std::string(*credential), *std::move(pairs)};
}

std::string printable(ByteView text) {
    std::string out;
    while (!text.empty()) {
        const auto [code, length] = next_character(text);
        if (is_invisible(code)) {
            out += '.';
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out;
}

std::string colons(ByteView bytes, bool upper) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i != 0) {
            out += ':';
        }
        out += upper ? encode_hex_upper(bytes.substr(i, 1)) : encode_hex(bytes.substr(i, 1));
    }
    return out;
}

std::string hex_block(ByteView bytes, std::size_t per_line, std::size_t indent) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % per_line == 0) {
            out += '\n';
            out.append(indent, ' ');
        }
        out += encode_hex(bytes.substr(i, 1));
        if (i + 1 != bytes.size()) {
            out += ':';
        }
    }
    return out;
}

ByteView magnitude(ByteView number) {
    while (!number.empty() && number.front() == '\0') {
        number.remove_prefix(1);
    }
    return number;
}

std::string ip_range(ByteView address_and_mask) {
    const std::size_t half = address_and_mask.size() / 2;
    const ByteView mask = address_and_mask.substr(half);
    std::size_t ones = 0;
    bool ended = false;
    for (const char c : mask) {
        const auto bits = static_cast<unsigned char>(c);
        const auto leading = static_cast<std::size_t>(std::countl_one(bits));
        if ((ended && bits != 0) || static_cast<std::size_t>(std::popcount(bits)) != leading) {
            return format_ip(address_and_mask.substr(0, half)) + "/" + encode_hex(mask);
        }
        ones += leading;
        ended = leading != 8;
    }
    return format_ip(address_and_mask.substr(0, half)) + "/" + std::to_string(ones);
}

}  // namespace step::x509::parts
