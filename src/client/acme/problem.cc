#include "client/acme/problem.h"

#include <fmt/format.h>

#include "base/text.h"
#include "client/acme/resources.h"
#include "json/parse.h"

namespace step::client::acme {
namespace {

constexpr std::string_view kPrefix = "urn:ietf:params:acme:error:";
constexpr std::size_t kMaxShown = 500, kMaxSubproblems = 10;

struct Meaning {
    std::string_view type;
    Code code;
    const char* reason;
};
constexpr Meaning kMeanings[] = {{"badNonce", Code::kConflict, kBadNonce},
                                 {"accountDoesNotExist", Code::kNotFound, kNoAccount},
                                 {"unauthorized", Code::kForbidden, kUnauthorized},
                                 {"orderNotReady", Code::kConflict, kOrderNotReady},
                                 {"rateLimited", Code::kUnavailable, kRefused},
                                 {"serverInternal", Code::kUnavailable, kRefused}};

std::string_view short_type(std::string_view type) {
    return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : type;
}

/// Cut at a character, not within one.
std::string shown(std::string_view text) {
    if (text.size() > kMaxShown) {
        std::size_t end = kMaxShown;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        return printable(text.substr(0, end)) + "...";
    }
    return printable(text);
}

std::string one_line(const Problem& problem) {
    const std::string type = shown(short_type(problem.type)), detail = shown(problem.detail);
    if (type.empty() || type == "about:blank") {
        return detail.empty() ? "no reason given" : detail;
    }
    return detail.empty() ? type : fmt::format("{} ({})", detail, type);
}

}  // namespace

std::string Problem::text() const {
    std::string out = one_line(*this);
    for (std::size_t i = 0; i < subproblems.size(); ++i) {
        if (i == kMaxSubproblems) {
            out += fmt::format("; and {} more", subproblems.size() - i);
            break;
        }
        const Problem& sub = subproblems[i];
        out += "; ";
        if (!sub.identifier.empty()) {
            out += shown(sub.identifier) + ": ";
        }
        out += one_line(sub);
    }
    return out;
}

bool Problem::is(std::string_view name) const {
    return type.starts_with(kPrefix) && short_type(type) == name;
}

Problem parse_problem(std::string_view body, int status) {
    const auto value = json::parse(body, {.trailing = json::ParseOptions::Trailing::kIgnore});
    Problem problem = value ? read_problem(*value) : Problem();
    if (problem.type.empty() && problem.detail.empty()) {
        problem.detail = fmt::format("the server answered with status {}: {}", status,
                                     trim(body).empty() ? "nothing" : trim(body));
    }
    return problem;
}

Error to_error(const Problem& problem, int status) {
    Error error{.code = status >= 500 || status == 429 ? Code::kUnavailable : Code::kForbidden,
                .detail = problem.text(),
                .cause = fmt::format("status {}", status),
                .reason = kRefused};
    for (const Meaning& row : kMeanings) {
        if (problem.is(row.type)) {
            error.code = row.code;
            error.reason = row.reason;
        }
    }
    return error;
}

}  // namespace step::client::acme
