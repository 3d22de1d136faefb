#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace step {

/// The parts of a URI (RFC 3986) as Go's net/url.Parse finds them.
struct Uri {
    std::string scheme{};      ///< Lower case; empty for a relative reference.
    std::string opaque{};      ///< "host:8080" has scheme "host" and opaque "8080".
    std::string user{};        ///< Raw "user:password", unescaped no further.
    std::string host{};        ///< "example.com:443", "[::1]:443".
    std::string path{};        ///< Decoded.
    std::string raw_path{};    ///< As it was written.
    std::string query{};       ///< Raw, without "?".
    std::string fragment{};    ///< Decoded, without "#".
    bool force_query = false;  ///< A "?" with nothing behind it.
    bool empty_user = false;   ///< An "@" with nothing before it.
    bool omit_host = false;    ///< "file:/x", not "file:///x".

    /// `host` without port and brackets.
    std::string hostname() const;
    std::string port() const;
};

/// Accepts and refuses what Go's url.Parse does; kInvalidArgument with Go's text.
Result<Uri> parse_uri(std::string_view text);
/// Go's URL.String of what was parsed: the form that ends up in a certificate.
std::string format_uri(const Uri& uri);

/// %XX decoded; kInvalidArgument on a broken escape.
Result<std::string> percent_decode(std::string_view text);
/// Go's url.PathEscape.
std::string path_escape(std::string_view text);
/// The first value of `name` in a raw query, decoded; "" if absent.
std::string query_value(std::string_view query, std::string_view name);

}  // namespace step
