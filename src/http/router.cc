#include "http/router.h"

#include <algorithm>

#include "base/hex.h"
#include "base/text.h"

namespace step::http {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.~$&+,/:;=@").find(c) != std::string_view::npos;
}

/// What Go's mux hands on: decoded if encoding it again gives the same, else as it stands. So
/// nothing has two spellings, and an encoded slash stays one.
std::string unescaped(std::string_view segment) {
    std::string out;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            if (!is_plain(segment[i])) {
                return std::string(segment);
            }
            out += segment[i];
            continue;
        }
        const std::string_view digits = segment.substr(i + 1, 2);
        const Result<Bytes> octet = parse_hex(digits);
        if (!octet || octet->size() != 1 || is_plain(octet->front()) ||
            to_upper(digits) != digits) {
            return std::string(segment);
        }
        out += octet->front();
        i += 2;
    }
    return out;
}

/// True if `path` fits; then `captures` holds what each `{}` stood for.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& captures) {
    captures.clear();
    for (;;) {
        const std::size_t hole = pattern.find("{}");
        if (hole == std::string_view::npos) {
            return pattern == path;
        }
        if (path.substr(0, hole) != pattern.substr(0, hole)) {
            return false;
        }
        pattern.remove_prefix(hole + 2);
        path.remove_prefix(hole);
        const std::string_view segment = path.substr(0, path.find('/'));
        if (segment.empty() && path.empty()) {
            return false;
        }
        captures.push_back(unescaped(segment));
        path.remove_prefix(segment.size());
    }
}

}  // namespace

void Router::add(Route route) {
    if (route.pattern.find("{}") == std::string::npos) {
        fixed_[route.pattern].push_back(routes_.size());
    } else {
        patterns_.push_back(routes_.size());
    }
    routes_.push_back(std::move(route));
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    Match match;
    const Route* get_for_head = nullptr;
    std::vector<std::string> get_captures;
    const auto consider = [&](const Route& route, std::vector<std::string>& captures) {
        if (route.method == method) {
            match.route = &route;
            match.captures = std::move(captures);
            return true;
        }
        if (method == "HEAD" && route.method == "GET" && get_for_head == nullptr) {
            get_for_head = &route;
            get_captures = captures;
        }
        if (std::find(match.allowed.begin(), match.allowed.end(), route.method) ==
            match.allowed.end()) {
            match.allowed.emplace_back(route.method);
        }
        return false;
    };

    std::vector<std::string> captures;
    if (const auto fixed = fixed_.find(path); fixed != fixed_.end()) {
        for (const std::size_t place : fixed->second) {
            if (consider(routes_[place], captures)) {
                match.allowed.clear();
                return match;
            }
        }
    }
    for (const std::size_t place : patterns_) {
        if (matches(routes_[place].pattern, path, captures) && consider(routes_[place], captures)) {
            match.allowed.clear();
            return match;
        }
    }
    if (get_for_head != nullptr) {
        match = {.route = get_for_head, .captures = std::move(get_captures)};
    } else if (fallback_ && match.allowed.empty()) {
        std::vector<std::string> none;
        if (consider(*fallback_, none)) {
            match.allowed.clear();
        } else if (get_for_head != nullptr) {
            match = {.route = get_for_head};
        }
    }
    return match;
}

Response not_found() {
    return {.status = 404,
            .content_type = "text/plain; charset=utf-8",
            .body = "404 page not found\n",
            .headers = {{"X-Content-Type-Options", "nosniff"}}};
}

Response method_not_allowed(const std::vector<std::string>& allowed) {
    Response response{.status = 405, .content_type = ""};
    for (const std::string& method : allowed) {
        response.headers.emplace_back("Allow", method);
    }
    return response;
}

}  // namespace step::http
