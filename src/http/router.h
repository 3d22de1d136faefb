#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace step::http {

struct Route {
    std::string_view method;
    std::string pattern;   ///< "/root/{}": a `{}` matches one non-empty path segment, as sent.
    std::size_t max_body;  ///< Bytes; the server answers 413 above it. No default on purpose.
    Handler handler;
};

/// The table of routes. Built once, then only read.
class Router {
public:
    void add(Route route);
    /// Answers, for its method, every path that no route fits; its pattern is not looked at.
    void set_fallback(Route route) { fallback_ = std::move(route); }

    struct Match {
        const Route* route = nullptr;  ///< None: see `allowed`.
        std::vector<std::string> captures{};
        std::vector<std::string> allowed{};  ///< Methods of this path, if the method is wrong.
    };
    /// HEAD finds the GET route where there is no HEAD route. No route and nothing allowed: 404.
    Match find(std::string_view method, std::string_view path) const;
    const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
    /// Routes without captures by their path, and the others, as places in routes_.
    std::map<std::string, std::vector<std::size_t>, std::less<>> fixed_;
    std::vector<std::size_t> patterns_;
    std::optional<Route> fallback_;
};

/// What chi answers where no route fits: 404 in plain text, 405 with Allow headers.
Response not_found();
Response method_not_allowed(const std::vector<std::string>& allowed);

}  // namespace step::http
