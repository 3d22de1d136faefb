#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace step::challenge {

/// What one GET of http-01 asks for.
struct Place {
    bool tls = false;
    std::string host{};  ///< A DNS name, or an IP address without brackets.
    std::uint16_t port = 80;
    std::string target{};  ///< Path and query, nothing in them that a request line could not hold.

    /// "http://host:port", the port only if it is not the scheme's own.
    std::string origin() const;
    std::string url() const { return origin() + target; }
};

/// Where the Location header of an answer from `from` leads (RFC 3986 5.2). kInvalidArgument if it
/// cannot be read; kForbidden if it leads where we do not go: another scheme than http and https, a
/// port that is not one of `ports`, a host that is neither DNS name nor address, a user name.
/// Fragments are dropped. Addresses are not filtered here.
Result<Place> follow(const Place& from, std::string_view location,
                     std::span<const std::uint16_t> ports);

}  // namespace step::challenge
