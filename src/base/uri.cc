#include "base/uri.h"

#include "base/hex.h"
#include "base/ip.h"
#include "base/text.h"

namespace step {
namespace {

Error failure(std::string_view text, std::string_view why) {
    return {.code = Code::kInvalidArgument,
            .detail = "parse " + quote(text) + ": " + std::string(why)};
}

bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_decimal_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_decimal_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

enum class Part : unsigned char { kPath, kPathSegment, kHost, kUser, kFragment };

/// Go's shouldEscape, without the query modes.
bool must_escape(char c, Part part) {
    if (is_alpha(c) || is_decimal_digit(c)) {
        return false;
    }
    const std::string_view allowed = [part]() -> std::string_view {
        switch (part) {
            case Part::kPath:
                return "-_.~$&+,/:;=@";
            case Part::kPathSegment:
                return "-_.~$&+:=@";
            case Part::kHost:
                return "-_.~!$&'()*+,;=:[]<>\"";
            case Part::kUser:
                return "-_.~$&+,;=";
            case Part::kFragment:
                return "-_.~$&+,/:;=?@!()*";
        }
        return "";
    }();
    return allowed.find(c) == std::string_view::npos;
}

std::string escape(std::string_view text, Part part) {
    std::string result;
    for (const char c : text) {
        if (must_escape(c, part)) {
            result.append("%").append(encode_hex_upper(std::string_view(&c, 1)));
        } else {
            result += c;
        }
    }
    return result;
}

/// Offset of the colon that ends a scheme; npos if there is no scheme, and a failure for a
/// text that begins with a colon.
Result<std::size_t> scheme_end(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_alpha(c) || (i > 0 && (is_decimal_digit(c) || c == '+' || c == '-' || c == '.'))) {
            continue;
        }
        if (c == ':' && i == 0) {
            return Error{.code = Code::kInvalidArgument, .detail = "missing protocol scheme"};
        }
        return c == ':' ? i : std::string_view::npos;
    }
    return std::string_view::npos;
}

bool valid_port(std::string_view text) {
    return text.empty() || (text.front() == ':' &&
                            text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

/// What may stand in brackets: an IPv6 address, perhaps with a zone after "%25" (RFC 6874).
bool is_ip_literal(std::string_view text) {
    const std::size_t zone = std::min(text.find("%25"), text.size());
    const std::string_view address = text.substr(0, zone);
    return address.find(':') != std::string_view::npos && parse_ip(address) &&
           text.substr(zone) != "%25";
}

Result<std::string> parse_host(std::string_view host) {
    if (const std::size_t open = host.rfind('['); open != std::string_view::npos && open > 0) {
        return Error{.code = Code::kInvalidArgument, .detail = "invalid IP-literal"};
    }
    if (host.starts_with('[')) {
        const std::size_t close = host.rfind(']');
        if (close == std::string_view::npos) {
            return Error{.code = Code::kInvalidArgument, .detail = "missing ']' in host"};
        }
        const std::string_view port = host.substr(close + 1);
        if (!valid_port(port)) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "invalid port " + quote(port) + " after host"};
        }
        if (!is_ip_literal(host.substr(1, close - 1))) {
            return Error{.code = Code::kInvalidArgument, .detail = "invalid IP-literal"};
        }
    } else if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
        if (!valid_port(host.substr(colon)) || host.find(':') != colon) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "invalid port " + quote(host.substr(colon)) + " after host"};
        }
    }
    // In a host, %XX may stand for non-ASCII octets only, as RFC 6874 and Go have it.
    for (std::size_t i = 0; i < host.size(); ++i) {
        const char c = host[i];
        if (c == '%') {
            const bool complete = i + 2 < host.size() && is_hex(host[i + 1]) && is_hex(host[i + 2]);
            if (!complete || (host[i + 1] < '8' && host.substr(i, 3) != "%25")) {
                return Error{.code = Code::kInvalidArgument,
                             .detail = "invalid URL escape " + quote(host.substr(i, 3))};
            }
        } else if (static_cast<unsigned char>(c) < 0x80 && must_escape(c, Part::kHost)) {
            return Error{
                .code = Code::kInvalidArgument,
                .detail = "invalid character " + quote(std::string_view(&c, 1)) + " in host name"};
        }
    }
    return percent_decode(host);
}

bool valid_user(std::string_view user) {
    return std::all_of(user.begin(), user.end(), [](char c) {
        return is_alpha(c) || is_decimal_digit(c) ||
               std::string_view("-._:~!$&'()*+,;=%@").find(c) != std::string_view::npos;
    });
}

Status parse_authority(std::string_view authority, Uri& uri) {
    const std::size_t at = authority.rfind('@');
    STEP_ASSIGN(uri.host, parse_host(authority.substr(at == std::string_view::npos ? 0 : at + 1)));
    if (at != std::string_view::npos) {
        const std::string_view user = authority.substr(0, at);
        if (!valid_user(user)) {
            return Error{.code = Code::kInvalidArgument, .detail = "net/url: invalid userinfo"};
        }
        STEP_TRY(percent_decode(user));
        uri.user = user;
        uri.empty_user = user.empty();
    }
    return ok();
}

/// Name and password escaped anew; parse_parts() made sure that they can be decoded.
std::string spell_user(std::string_view user) {
    const auto again = [](std::string_view part) {
        const auto decoded = percent_decode(part);
        return escape(decoded ? *decoded : part, Part::kUser);
    };
    const std::size_t colon = user.find(':');
    return colon == std::string_view::npos
               ? again(user)
               : again(user.substr(0, colon)) + ":" + again(user.substr(colon + 1));
}

/// A character that a path must not be spelled with, as Go's validEncoded has it.
bool unfit_in_path(char c) {
    constexpr std::string_view kAlso = "!'()*,;:@[]%";
    return kAlso.find(c) == std::string_view::npos && must_escape(c, Part::kPath);
}

Status parse_parts(std::string_view rest, Uri& uri) {
    if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
        STEP_ASSIGN(uri.fragment, percent_decode(rest.substr(hash + 1)));
        rest = rest.substr(0, hash);
    }
    STEP_ASSIGN(const std::size_t colon, scheme_end(rest));
    if (colon != std::string_view::npos) {
        uri.scheme = to_lower(rest.substr(0, colon));
        rest.remove_prefix(colon + 1);
    }
    if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
        uri.query = rest.substr(mark + 1);
        uri.force_query = uri.query.empty();
        rest = rest.substr(0, mark);
    }
    if (!rest.starts_with('/')) {
        if (!uri.scheme.empty()) {
            uri.opaque = rest;
            return ok();
        }
        const std::string_view segment = rest.substr(0, rest.find('/'));
        if (segment.find(':') != std::string_view::npos) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "first path segment in URL cannot contain colon"};
        }
    }
    if (rest.starts_with("//") && (!uri.scheme.empty() || !rest.starts_with("///"))) {
        rest.remove_prefix(2);
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        STEP_TRY(parse_authority(rest.substr(0, slash), uri));
        rest.remove_prefix(slash);
    } else {
        uri.omit_host = !uri.scheme.empty();
    }
    uri.raw_path = rest;
    STEP_ASSIGN(uri.path, percent_decode(rest));
    return ok();
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        const auto octet =
            i + 2 < text.size() ? parse_hex(text.substr(i + 1, 2)) : Result<Bytes>(Error{});
        if (!octet) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "invalid URL escape " + quote(text.substr(i, 3))};
        }
        result += *octet;
        i += 2;
    }
    return result;
}

std::string path_escape(std::string_view text) {
    return escape(text, Part::kPathSegment);
}

Result<Uri> parse_uri(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return failure(text, "net/url: invalid control character in URL");
        }
    }
    Uri uri;
    if (const Status status = parse_parts(text, uri); !status) {
        return failure(text, status.error().detail);
    }
    return uri;
}

std::string format_uri(const Uri& uri) {
    std::string text = uri.scheme.empty() ? "" : uri.scheme + ":";
    if (!uri.opaque.empty()) {
        text += uri.opaque;
    } else {
        const bool user = !uri.user.empty() || uri.empty_user;
        const bool authority = !uri.host.empty() || user;
        if (authority || (!uri.scheme.empty() && !uri.omit_host && !uri.path.empty())) {
            text += "//";
            text += user ? spell_user(uri.user) + "@" : "";
            text += escape(uri.host, Part::kHost);
        }
        // The spelling it came with, if it still means the same path.
        const auto spelled = percent_decode(uri.raw_path);
        const bool kept = !uri.raw_path.empty() && spelled && *spelled == uri.path &&
                          std::none_of(uri.raw_path.begin(), uri.raw_path.end(), unfit_in_path);
        const std::string path = kept ? uri.raw_path : escape(uri.path, Part::kPath);
        text += !path.empty() && path.front() != '/' && !uri.host.empty() ? "/" : "";
        // A colon in the first segment would make a scheme of it (RFC 3986 4.2).
        text += text.empty() && path.substr(0, path.find('/')).find(':') != std::string::npos ? "./"
                                                                                              : "";
        text += path;
    }
    text += uri.query.empty() && !uri.force_query ? "" : "?" + uri.query;
    return uri.fragment.empty() ? text : text + "#" + escape(uri.fragment, Part::kFragment);
}

std::string Uri::hostname() const {
    if (host.starts_with('[')) {
        return host.substr(1, host.rfind(']') - 1);
    }
    const std::size_t colon = host.rfind(':');
    return colon != std::string::npos && valid_port(std::string_view(host).substr(colon))
               ? host.substr(0, colon)
               : host;
}

std::string Uri::port() const {
    const std::size_t colon = host.rfind(':');
    const bool found =
        colon != std::string::npos && (!host.starts_with('[') || host[colon - 1] == ']');
    return found ? host.substr(colon + 1) : "";
}

std::string query_value(std::string_view query, std::string_view name) {
    for (const std::string& pair : split(query, '&')) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto decode = [](std::string text) {
            return percent_decode(replace_all(std::move(text), "+", " "));
        };
        const auto key = decode(pair.substr(0, equals));
        if (!key || *key != name || pair.find(';') != std::string::npos) {
            continue;
        }
        const auto value = decode(equals < pair.size() ? pair.substr(equals + 1) : "");
        if (value) {
            return *value;
        }
    }
    return "";
}

}  // namespace step
