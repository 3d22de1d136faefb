// Extensions that are lists: access descriptions, distribution points, policies, timestamps.
#include "asn1/reader.h"
#include "x509/inspect_parts.h"

namespace step::x509::parts {

using asn1::Reader;
using asn1::Tag;

namespace {

constexpr ByteView kOcsp = "\x2b\x06\x01\x05\x05\x07\x30\x01";
constexpr ByteView kCaIssuers = "\x2b\x06\x01\x05\x05\x07\x30\x02";
constexpr ByteView kCps = "\x2b\x06\x01\x05\x05\x07\x02\x01";
constexpr ByteView kUserNotice = "\x2b\x06\x01\x05\x05\x07\x02\x02";
constexpr Tag kUriName = asn1::context(6);

Policy::Notice parse_notice(ByteView contents) {
    Policy::Notice notice;
    Reader reader(contents);
    if (reader.next_is(Tag::kSequence)) {
        if (auto reference = reader.enter()) {
            notice.has_reference = true;
            if (const auto organization = reference->read_any()) {
                notice.organization = whole_string(organization->whole).value_or("");
            }
            if (auto numbers = reference->enter()) {
                while (!numbers->at_end()) {
                    const auto number = numbers->read_small_integer();
                    if (!number) {
                        break;
                    }
                    notice.numbers.push_back(*number);
                }
            }
        }
    }
    notice.text = whole_string(reader.rest()).value_or("");
    return notice;
}

/// Reads big-endian numbers and length-prefixed strings of TLS's presentation language.
class TlsReader {
public:
    explicit TlsReader(ByteView bytes) : rest_(bytes) {}
    bool at_end() const { return rest_.empty(); }
    std::optional<ByteView> take(std::size_t count) {
        if (rest_.size() < count) {
            return std::nullopt;
        }
        const ByteView taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::optional<std::uint64_t> number(std::size_t octets) {
        const auto bytes = take(octets);
        if (!bytes) {
            return std::nullopt;
        }
        std::uint64_t value = 0;
        for (const char c : *bytes) {
            value = value << 8U | static_cast<unsigned char>(c);
        }
        return value;
    }
    std::optional<ByteView> vector16() {
        const auto length = number(2);
        return length ? take(static_cast<std::size_t>(*length)) : std::nullopt;
    }

private:
    ByteView rest_;
};

std::optional<Timestamp> parse_timestamp(ByteView bytes) {
    TlsReader reader(bytes);
    const auto version = reader.number(1);
    const auto log_id = reader.take(32);
    const auto time = reader.number(8);
    const auto extensions = reader.vector16();
    const auto hash = reader.number(1);
    const auto algorithm = reader.number(1);
    const auto signature = reader.vector16();
    if (!version || !log_id || !time || !extensions || !hash || !algorithm || !signature ||
        !reader.at_end()) {
        return std::nullopt;
    }
    return Timestamp{.version = static_cast<unsigned>(*version),
                     .log_id = Bytes(*log_id),
                     .milliseconds = *time,
                     .extensions = Bytes(*extensions),
                     .hash = static_cast<unsigned>(*hash),
                     .algorithm = static_cast<unsigned>(*algorithm),
                     .signature = Bytes(*signature)};
}

}  // namespace

AccessUrls access_urls(ByteView extension_value) {
    AccessUrls urls;
    const auto contents = whole(extension_value, Tag::kSequence);
    Reader reader(contents.value_or(""));
    while (!reader.at_end()) {
        auto description = reader.enter();
        if (!description) {
            break;
        }
        const auto method = description->read_oid();
        const auto location = description->read(kUriName);
        if (!method || !location) {
            continue;
        }
        if (method->der() == kOcsp) {
            urls.ocsp.emplace_back(*location);
        } else if (method->der() == kCaIssuers) {
            urls.issuers.emplace_back(*location);
        }
    }
    return urls;
}

std::vector<std::string> distribution_points(ByteView extension_value) {
    std::vector<std::string> uris;
    const auto contents = whole(extension_value, Tag::kSequence);
    Reader reader(contents.value_or(""));
    while (!reader.at_end()) {
        auto point = reader.enter();
        if (!point) {
            break;
        }
        auto name = point->enter(asn1::context_constructed(0));
        if (!name) {
            continue;
        }
        auto full = name->enter(asn1::context_constructed(0));
        while (full && !full->at_end()) {
            const auto element = full->read_any();
            if (!element) {
                break;
            }
            if (element->tag == kUriName) {
                uris.emplace_back(element->contents);
            }
        }
    }
    return uris;
}

std::vector<Policy> policies(ByteView extension_value) {
    std::vector<Policy> out;
    const auto contents = whole(extension_value, Tag::kSequence);
    Reader reader(contents.value_or(""));
    while (!reader.at_end()) {
        auto information = reader.enter();
        if (!information) {
            break;
        }
        auto id = information->read_oid();
        if (!id) {
            break;
        }
        Policy& policy = out.emplace_back(Policy{.id = *std::move(id)});
        auto qualifiers = information->enter();
        while (qualifiers && !qualifiers->at_end()) {
            auto qualifier = qualifiers->enter();
            if (!qualifier) {
                break;
            }
            const auto kind = qualifier->read_oid();
            const auto value = qualifier->read_any();
            if (!kind || !value) {
                continue;
            }
            if (kind->der() == kCps) {
                policy.cps.emplace_back(value->contents);
            } else if (kind->der() == kUserNotice && value->tag == Tag::kSequence) {
                policy.notices.push_back(parse_notice(value->contents));
            }
        }
    }
    return out;
}

std::optional<std::vector<Timestamp>> timestamps(ByteView extension_value) {
    const auto octets = whole(extension_value, Tag::kOctetString);
    if (!octets) {
        return std::nullopt;
    }
    TlsReader outer(*octets);
    const auto list = outer.vector16();
    if (!list || !outer.at_end()) {
        return std::nullopt;
    }
    std::vector<Timestamp> out;
    TlsReader reader(*list);
    while (!reader.at_end()) {
        const auto entry = reader.vector16();
        const auto parsed = entry ? parse_timestamp(*entry) : std::nullopt;
        if (!parsed) {
            return std::nullopt;
        }
        out.push_back(*parsed);
    }
    return out;
}

}  // namespace step::x509::parts
