#include "x509/name.h"

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/hex.h"
#include "base/text.h"
#include "x509/certificate.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

using asn1::Tag;
using impl::malformed;
using impl::said;

constexpr std::string_view kBadName = "x509: invalid RDNSequence";

bool is_lax_printable(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?*&").find(c) != std::string_view::npos;
}

bool is_bmp(ByteView value) {
    if (value.size() % 2 != 0) {
        return false;
    }
    for (std::size_t i = 0; i < value.size(); i += 2) {
        const unsigned point =
            static_cast<unsigned char>(value[i]) * 256U + static_cast<unsigned char>(value[i + 1]);
        if (point >= 0xfffe || (point >= 0xfdd0 && point <= 0xfdef) ||
            (point >= 0xd800 && point <= 0xdfff)) {
            return false;
        }
    }
    return true;
}

Status check_string(Tag tag, ByteView value) {
    switch (tag) {
        case Tag::kTeletexString:
            return ok();
        case Tag::kPrintableString:
            return std::ranges::all_of(value, is_lax_printable)
                       ? ok()
                       : malformed(
                             "x509: invalid RDNSequence: invalid attribute value: invalid "
                             "PrintableString");
        case Tag::kUtf8String:
            return is_utf8(value) ? ok()
                                  : malformed(
                                        "x509: invalid RDNSequence: invalid attribute "
                                        "value: invalid UTF-8 string");
        case Tag::kBmpString:
            return is_bmp(value) ? ok()
                                 : malformed(
                                       "x509: invalid RDNSequence: invalid attribute value: "
                                       "invalid BMPString");
        case Tag::kIa5String:
            return impl::is_ascii(value) ? ok()
                                         : malformed(
                                               "x509: invalid RDNSequence: invalid "
                                               "attribute value: invalid IA5String");
        case Tag::kNumericString:
            return std::ranges::all_of(value,
                                       [](char c) { return c == ' ' || (c >= '0' && c <= '9'); })
                       ? ok()
                       : malformed(
                             "x509: invalid RDNSequence: invalid attribute value: invalid "
                             "NumericString");
        default:
            return malformed(
                fmt::format("x509: invalid RDNSequence: invalid attribute value: "
                            "unsupported string type: {}",
                            static_cast<unsigned>(tag)));
    }
}

void append_utf8(std::string& out, unsigned point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0U | (point >> 6U));
        out += static_cast<char>(0x80U | (point & 0x3fU));
    } else {
        out += static_cast<char>(0xe0U | (point >> 12U));
        out += static_cast<char>(0x80U | ((point >> 6U) & 0x3fU));
        out += static_cast<char>(0x80U | (point & 0x3fU));
    }
}

Status read_attribute(asn1::Reader& set, Attribute& attribute) {
    STEP_ASSIGN(asn1::Reader pair,
                said(set.enter(), "x509: invalid RDNSequence: invalid attribute"));
    STEP_ASSIGN(attribute.type,
                said(pair.read_oid(), "x509: invalid RDNSequence: invalid attribute type"));
    STEP_ASSIGN(const asn1::Reader::Element value,
                said(pair.read_any(), "x509: invalid RDNSequence: invalid attribute value"));
    STEP_TRY(check_string(value.tag, value.contents));
    STEP_TRY(said(pair.finish(), "x509: invalid RDNSequence: invalid attribute"));
    attribute.tag = value.tag;
    attribute.value = value.contents;
    return ok();
}

/// The attribute types that have a letter of their own, in the order of Go's ToRDNSequence.
struct Known {
    const asn1::Oid& type;
    std::string_view label;
    bool single;  ///< Only the last value counts, and not if it is empty.
};

const std::array<Known, 9>& known_types() {
    static const std::array<Known, 9> known = {{{oid::kCountry, "C", false},
                                                {oid::kProvince, "ST", false},
                                                {oid::kLocality, "L", false},
                                                {oid::kStreet, "STREET", false},
                                                {oid::kPostalCode, "POSTALCODE", false},
                                                {oid::kOrganization, "O", false},
                                                {oid::kOrganizationalUnit, "OU", false},
                                                {oid::kCommonName, "CN", true},
                                                {oid::kSerialNumber, "SERIALNUMBER", true}}};
    return known;
}

std::string escape(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool edge_space = c == ' ' && (i == 0 || i + 1 == value.size());
        if (edge_space || (c == '#' && i == 0) ||
            std::string_view(",+\"\\<>;").find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string unknown_text(const Attribute& attribute) {
    asn1::Writer der;
    der.printable_or_utf8(to_utf8(attribute));
    return attribute.type.text() + "=#" + encode_hex(der.view());
}

void add(Name& name, const asn1::Oid& type, const std::vector<std::string>& values) {
    if (values.empty()) {
        return;
    }
    std::vector<Attribute>& rdn = name.rdns.emplace_back();
    rdn.reserve(values.size());
    for (const std::string& value : values) {
        rdn.push_back({.type = type, .tag = Tag::kUtf8String, .value = value});
    }
}

void write_attribute(asn1::Writer& out, const Attribute& attribute) {
    const auto pair = out.begin(Tag::kSequence);
    out.oid(attribute.type);
    if (attribute.tag == Tag::kUtf8String || attribute.tag == Tag::kPrintableString) {
        out.printable_or_utf8(attribute.value);
    } else {
        out.element(attribute.tag, attribute.value);
    }
    out.end(pair);
}

}  // namespace

std::string to_utf8(const Attribute& attribute) {
    if (attribute.tag != Tag::kBmpString && attribute.tag != Tag::kTeletexString) {
        return attribute.value;
    }
    std::string out;
    out.reserve(attribute.value.size() * 2);
    const std::size_t width = attribute.tag == Tag::kBmpString ? 2 : 1;
    std::size_t end = attribute.value.size() / width * width;
    if (width == 2 && end >= 2 && attribute.value[end - 1] == 0 && attribute.value[end - 2] == 0) {
        end -= 2;  // Some encoders end a BMPString as C ends a string; Go drops that too.
    }
    for (std::size_t i = 0; i < end; i += width) {
        unsigned point = static_cast<unsigned char>(attribute.value[i]);
        if (width == 2) {
            point = point * 256U + static_cast<unsigned char>(attribute.value[i + 1]);
        }
        append_utf8(out, point);
    }
    return out;
}

std::string Name::common_name() const {
    for (auto rdn = rdns.rbegin(); rdn != rdns.rend(); ++rdn) {
        for (auto attribute = rdn->rbegin(); attribute != rdn->rend(); ++attribute) {
            if (attribute->type == oid::kCommonName) {
                return to_utf8(*attribute);
            }
        }
    }
    return {};
}

std::vector<std::string> Name::values(const asn1::Oid& type) const {
    std::vector<std::string> found;
    for (const auto& rdn : rdns) {
        for (const Attribute& attribute : rdn) {
            if (attribute.type == type) {
                found.push_back(to_utf8(attribute));
            }
        }
    }
    return found;
}

std::string Name::text() const {
    std::vector<std::string> parts;
    for (const auto& rdn : rdns) {
        for (const Attribute& attribute : rdn) {
            if (std::ranges::none_of(known_types(),
                                     [&](const Known& k) { return k.type == attribute.type; })) {
                parts.push_back(unknown_text(attribute));
            }
        }
    }
    for (const Known& known : known_types()) {
        std::vector<std::string> found = values(known.type);
        if (known.single && !found.empty()) {
            found.erase(found.begin(), found.end() - 1);
            if (found[0].empty()) {
                continue;
            }
        }
        std::string part;
        for (const std::string& value : found) {
            part += (part.empty() ? "" : "+") + std::string(known.label) + "=" + escape(value);
        }
        if (!part.empty()) {
            parts.push_back(std::move(part));
        }
    }
    std::ranges::reverse(parts);
    return join(parts, ",");
}

Name to_name(const Subject& subject) {
    Name name;
    add(name, oid::kCountry, subject.country);
    add(name, oid::kProvince, subject.province);
    add(name, oid::kLocality, subject.locality);
    add(name, oid::kStreet, subject.street_address);
    add(name, oid::kPostalCode, subject.postal_code);
    add(name, oid::kOrganization, subject.organization);
    add(name, oid::kOrganizationalUnit, subject.organizational_unit);
    if (!subject.common_name.empty()) {
        add(name, oid::kCommonName, {subject.common_name});
    }
    if (!subject.serial_number.empty()) {
        add(name, oid::kSerialNumber, {subject.serial_number});
    }
    return name;
}

Subject to_subject(const Name& name) {
    const auto last = [&](const asn1::Oid& type) {
        std::vector<std::string> values = name.values(type);
        return values.empty() ? std::string() : std::move(values.back());
    };
    return {.country = name.values(oid::kCountry),
            .organization = name.values(oid::kOrganization),
            .organizational_unit = name.values(oid::kOrganizationalUnit),
            .locality = name.values(oid::kLocality),
            .province = name.values(oid::kProvince),
            .street_address = name.values(oid::kStreet),
            .postal_code = name.values(oid::kPostalCode),
            .serial_number = last(oid::kSerialNumber),
            .common_name = last(oid::kCommonName)};
}

Result<Name> parse_name(ByteView der) {
    asn1::Reader outer(der);
    STEP_ASSIGN(asn1::Reader sequence, said(outer.enter(), kBadName));
    STEP_TRY(said(outer.finish(), kBadName));
    Name name;
    while (!sequence.at_end()) {
        STEP_ASSIGN(asn1::Reader set, said(sequence.enter(Tag::kSet), kBadName));
        std::vector<Attribute>& rdn = name.rdns.emplace_back();
        while (!set.at_end()) {
            STEP_TRY(read_attribute(set, rdn.emplace_back()));
        }
    }
    return name;
}

Bytes encode_name(const Name& name) {
    asn1::Writer out;
    const auto sequence = out.begin(Tag::kSequence);
    for (const auto& rdn : name.rdns) {
        const auto set = out.begin(Tag::kSet);
        if (rdn.size() == 1) {
            write_attribute(out, rdn[0]);
        } else {
            std::vector<Bytes> members;
            members.reserve(rdn.size());
            for (const Attribute& attribute : rdn) {
                asn1::Writer member;
                write_attribute(member, attribute);
                members.push_back(std::move(member).take());
            }
            // X.690 11.6: ascending as octet strings. No member is a prefix of another, so the
            // padding rule never matters.
            std::ranges::sort(members, [](const Bytes& a, const Bytes& b) {
                return std::ranges::lexicographical_compare(a, b, [](char x, char y) {
                    return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
                });
            });
            for (const Bytes& member : members) {
                out.raw(member);
            }
        }
        out.end(set);
    }
    out.end(sequence);
    return std::move(out).take();
}

}  // namespace step::x509
