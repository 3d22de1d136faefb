#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step::net {

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is the IPv4 address it stands for, as in
/// Go. No zones: what needs one is link-local, and the filter refuses it.
class Address {
public:
    /// Dotted IPv4 without leading zeros, or IPv6 (base/ip.h).
    static std::optional<Address> parse(std::string_view text);
    /// 4 or 16 octets in network order.
    static std::optional<Address> from_octets(ByteView octets);

    bool is_v4() const { return size_ == 4; }
    /// 4 or 16 octets. Aliases this object.
    ByteView octets() const { return {octets_.data(), size_}; }
    /// RFC 5952.
    std::string to_text() const;
    bool operator==(const Address&) const = default;

private:
    Address() = default;

    std::array<char, 16> octets_{};
    std::size_t size_ = 4;
};

/// A port number in decimal digits, 1 to 65535; none otherwise.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// A range of addresses: 10.0.0.0/8, fd00::/8, or one address.
class Range {
public:
    /// kInvalidArgument if it is no range or the address has bits behind its prefix.
    static Result<Range> parse(std::string_view text);
    bool contains(const Address& address) const;

private:
    Range(Address base, unsigned bits) : base_(base), bits_(bits) {}

    Address base_;
    unsigned bits_;
};

/// What an administrator says about addresses; ranges as text.
struct FilterRules {
    std::vector<std::string> allow{};  ///< Taken although the built-in list refuses it.
    std::vector<std::string> deny{};   ///< Refused whatever else is said.
};

/// Which addresses we may be made to connect to by names that others choose. Immutable.
///
/// Without rules it refuses: unspecified, loopback, link-local, site-local, multicast, reserved and
/// broadcast addresses, the metadata services of the known clouds, and every IPv6 form in which
/// such an IPv4 address can hide (mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP).
/// Private networks are let pass: a private CA is there for them.
class AddressFilter {
public:
    /// Only the built-in list.
    AddressFilter();
    /// kInvalidArgument names the rule that is no range.
    static Result<AddressFilter> compile(const FilterRules& rules);

    /// Why `address` is refused, in a few words that follow "is" ("a loopback address"); none if
    /// it may be dialled.
    std::optional<std::string_view> refusal(const Address& address) const;

private:
    struct Refused {
        Range range;
        std::string_view why;
    };
    std::optional<std::string_view> built_in(const Address& address) const;

    std::vector<Refused> refused_{};
    std::vector<Range> allow_{}, deny_{};
};

}  // namespace step::net
