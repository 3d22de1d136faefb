#include "net/address.h"

#include <algorithm>
#include <charconv>

#include "base/ip.h"
#include "base/text.h"

namespace step::net {
namespace {

struct BuiltIn {
    std::string_view range, why;
};

// IPv4 of RFC 6890 as far as nothing that could hold a certificate lives there; metadata services
// that are not link-local.
constexpr BuiltIn kRefused[] = {
    {"0.0.0.0/8", "an unspecified address"},
    {"127.0.0.0/8", "a loopback address"},
    {"169.254.0.0/16", "a link-local address"},
    {"168.63.129.16/32", "a cloud metadata address"},    // Azure
    {"100.100.100.200/32", "a cloud metadata address"},  // Alibaba
    {"192.0.0.192/32", "a cloud metadata address"},      // Oracle
    {"224.0.0.0/4", "a multicast address"},
    {"240.0.0.0/4", "a reserved address"},
    {"::/128", "an unspecified address"},
    {"::1/128", "a loopback address"},
    // Where in it the IPv4 address stands is the site's secret (RFC 8215).
    {"64:ff9b:1::/48", "a translated address"},
    {"fe80::/10", "a link-local address"},
    {"fec0::/10", "a site-local address"},
    {"ff00::/8", "a multicast address"},
    {"fd00:ec2::/32", "a cloud metadata address"},           // AWS
    {"fd20:ce::254/128", "a cloud metadata address"},        // Google
    {"fd00:c1::a9fe:a9fe/128", "a cloud metadata address"},  // Oracle
    {"fd00:42::42/128", "a cloud metadata address"},         // Scaleway
};

bool same_prefix(ByteView a, ByteView b, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (a.substr(0, whole) != b.substr(0, whole)) {
        return false;
    }
    const unsigned rest = bits % 8;
    const auto top = [&](ByteView octets) {
        return static_cast<unsigned>(static_cast<unsigned char>(octets[whole])) >> (8 - rest);
    };
    return rest == 0 || top(a) == top(b);
}

bool any_contains(const std::vector<Range>& ranges, const Address& address) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const Range& range) { return range.contains(address); });
}

/// The IPv4 addresses that an IPv6 address may lead to by a translator or a tunnel.
std::vector<Address> hidden_in(const Address& address) {
    std::vector<Address> found;
    if (address.is_v4()) {
        return found;
    }
    const ByteView octets = address.octets();
    const auto add = [&](const Bytes& four) { found.push_back(*Address::from_octets(four)); };
    const auto at = [&](std::size_t first) { add(Bytes(octets.substr(first, 4))); };
    using namespace std::string_view_literals;
    if (octets.starts_with("\0\0\0\0\0\0\0\0\0\0\0\0"sv) ||        // compatible
        octets.starts_with("\0\0\0\0\0\0\0\0\xff\xff\0\0"sv) ||    // translated, RFC 2765
        octets.starts_with("\0\x64\xff\x9b\0\0\0\0\0\0\0\0"sv)) {  // NAT64, RFC 6052
        at(12);
    } else if (octets.starts_with("\x20\x02"sv)) {  // 6to4, RFC 3056
        at(2);
    } else if (octets.starts_with("\x20\x01\0\0"sv)) {  // Teredo, RFC 4380 4: inverted
        Bytes client(octets.substr(12));
        for (char& octet : client) {
            octet = static_cast<char>(~octet);
        }
        add(client);
        at(4);
    }
    const ByteView interface = octets.substr(8, 4);
    if (interface == "\0\0\x5e\xfe"sv || interface == "\2\0\x5e\xfe"sv) {  // ISATAP, RFC 5214
        at(12);
    }
    return found;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    const auto octets = parse_ip(text);
    return octets ? from_octets(*octets) : std::nullopt;
}

std::optional<Address> Address::from_octets(ByteView octets) {
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    if (octets.size() == 16 && octets.starts_with(kMapped)) {
        octets.remove_prefix(kMapped.size());
    }
    if (octets.size() != 4 && octets.size() != 16) {
        return std::nullopt;
    }
    Address address;
    std::copy(octets.begin(), octets.end(), address.octets_.begin());
    address.size_ = octets.size();
    return address;
}

std::string Address::to_text() const {
    return format_ip(octets());
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [stop, problem] = std::from_chars(text.begin(), text.end(), port);
    if (problem != std::errc() || stop != text.end() || port == 0) {
        return std::nullopt;
    }
    return port;
}

Result<Range> Range::parse(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("{} is no range of addresses: {}", quote(text), why)};
    };
    const std::size_t slash = text.find('/');
    const std::string_view front = text.substr(0, slash);
    const auto base = Address::parse(front);
    if (!base) {
        return bad("not an IP address");
    }
    const auto size = static_cast<unsigned>(base->octets().size()) * 8;
    unsigned bits = size;
    if (slash != std::string_view::npos) {
        const std::string_view length = text.substr(slash + 1);
        const auto [stop, problem] = std::from_chars(length.begin(), length.end(), bits);
        if (problem != std::errc() || stop != length.end()) {
            return bad("the part behind / is no number");
        }
        // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
        const unsigned mapped = base->is_v4() && front.find(':') != std::string_view::npos ? 96 : 0;
        if (bits < mapped || bits - mapped > size) {
            return bad("the number behind / is out of range");
        }
        bits -= mapped;
    }
    for (unsigned bit = bits; bit < size; ++bit) {
        const auto octet = static_cast<unsigned char>(base->octets()[bit / 8]);
        if ((static_cast<unsigned>(octet) >> (7 - bit % 8) & 1U) != 0) {
            return bad("the address has bits behind its prefix");
        }
    }
    return Range(*base, bits);
}

bool Range::contains(const Address& address) const {
    return address.is_v4() == base_.is_v4() && same_prefix(address.octets(), base_.octets(), bits_);
}

AddressFilter::AddressFilter() {
    for (const auto& [range, why] : kRefused) {
        refused_.push_back({*Range::parse(range), why});
    }
}

Result<AddressFilter> AddressFilter::compile(const FilterRules& rules) {
    AddressFilter filter;
    for (const std::string& text : rules.allow) {
        STEP_ASSIGN(const Range range, Range::parse(text));
        filter.allow_.push_back(range);
    }
    for (const std::string& text : rules.deny) {
        STEP_ASSIGN(const Range range, Range::parse(text));
        filter.deny_.push_back(range);
    }
    return filter;
}

std::optional<std::string_view> AddressFilter::built_in(const Address& address) const {
    for (const auto& [range, why] : refused_) {
        if (range.contains(address)) {
            return why;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> AddressFilter::refusal(const Address& address) const {
    std::vector<Address> all = hidden_in(address);
    all.insert(all.begin(), address);
    for (const Address& one : all) {
        if (any_contains(deny_, one)) {
            return "denied by configuration";
        }
    }
    if (any_contains(allow_, address)) {
        return std::nullopt;
    }
    for (const Address& one : all) {
        const auto why = built_in(one);
        if (why && !any_contains(allow_, one)) {
            return why;
        }
    }
    return std::nullopt;
}

}  // namespace step::net
