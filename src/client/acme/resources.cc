#include "client/acme/resources.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "base/uri.h"
#include "json/decode.h"

namespace step::client::acme {
namespace {

constexpr std::size_t kMaxUrl = 2'000, kMaxToken = 512, kMaxMembers = 1'000;
/// Sub-problems of sub-problems mean nothing to RFC 8555.
constexpr unsigned kProblemDepth = 2;

Error bad(std::string_view what, std::string_view why) {
    return {.code = Code::kInternal, .detail = fmt::format("error reading {}: {}", what, why)};
}

std::string text_of(const json::Value* value) {
    const std::string* text = value != nullptr ? value->as_string() : nullptr;
    return text != nullptr ? *text : std::string();
}

Result<std::string> url_member(const json::Value& object, std::string_view name,
                               std::string_view what) {
    std::string url = text_of(object.find(name));
    if (!is_usable_url(url)) {
        return bad(what, url.empty() ? fmt::format("there is no {}", name)
                                     : fmt::format("{} is no URL: {}", name,
                                                   printable(url.substr(0, kMaxToken))));
    }
    return url;
}

Result<std::string> status_member(const json::Value& object, std::string_view what) {
    std::string status = text_of(object.find("status"));
    if (status.empty() || status.size() > kMaxToken) {
        return bad(what, "there is no status");
    }
    return printable(status);
}

std::optional<Problem> error_member(const json::Value& object) {
    const json::Value* error = object.find("error");
    if (error == nullptr || error->as_object() == nullptr) {
        return std::nullopt;
    }
    return read_problem(*error);
}

Status need_object(const json::Value& value, std::string_view what) {
    return value.as_object() != nullptr
               ? ok()
               : Status(bad(what, fmt::format("it is no object but a {}", value.kind())));
}

const json::Array* list_member(const json::Value& object, std::string_view name) {
    const json::Value* list = object.find(name);
    return list != nullptr ? list->as_array() : nullptr;
}

Problem read_problem_at(const json::Value& value, unsigned depth) {
    Problem problem{.type = text_of(value.find("type")), .detail = text_of(value.find("detail"))};
    if (const json::Value* identifier = value.find("identifier"); identifier != nullptr) {
        problem.identifier = text_of(identifier->find("value"));
    }
    const json::Array* list = depth > 1 ? list_member(value, "subproblems") : nullptr;
    if (list != nullptr) {
        for (const json::Value& item : *list) {
            if (problem.subproblems.size() < kMaxMembers) {
                problem.subproblems.push_back(read_problem_at(item, depth - 1));
            }
        }
    }
    return problem;
}

}  // namespace

bool is_usable_url(std::string_view url) {
    if (url.empty() || url.size() > kMaxUrl || printable(url) != url ||
        url.find(' ') != std::string_view::npos) {
        return false;
    }
    const auto uri = parse_uri(url);
    return uri && uri->scheme == "https" && !uri->hostname().empty();
}

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= kMaxToken && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

const Challenge* Authorization::find(std::string_view type) const {
    const auto found = std::ranges::find(challenges, type, &Challenge::type);
    return found != challenges.end() ? &*found : nullptr;
}

Result<Directory> read_directory(const json::Value& value) {
    constexpr std::string_view kWhat = "the directory";
    STEP_TRY(need_object(value, kWhat));
    Directory directory;
    STEP_ASSIGN(directory.new_nonce, url_member(value, "newNonce", kWhat));
    STEP_ASSIGN(directory.new_account, url_member(value, "newAccount", kWhat));
    STEP_ASSIGN(directory.new_order, url_member(value, "newOrder", kWhat));
    return directory;
}

Result<Order> read_order(const json::Value& value) {
    constexpr std::string_view kWhat = "the order";
    STEP_TRY(need_object(value, kWhat));
    Order order;
    STEP_ASSIGN(order.status, status_member(value, kWhat));
    STEP_ASSIGN(order.finalize, url_member(value, "finalize", kWhat));
    const json::Array* list = list_member(value, "authorizations");
    if (list == nullptr || list->size() > kMaxMembers) {
        return bad(kWhat, "there is no list of authorizations");
    }
    for (const json::Value& item : *list) {
        std::string url = text_of(&item);
        if (!is_usable_url(url)) {
            return bad(kWhat, "an authorization has no URL");
        }
        order.authorizations.push_back(std::move(url));
    }
    if (const json::Value* url = value.find("certificate"); url != nullptr && !url->is_null()) {
        STEP_ASSIGN(order.certificate, url_member(value, "certificate", kWhat));
    }
    if (order.status == "valid" && order.certificate.empty()) {
        return bad(kWhat, "it is valid and there is no certificate");
    }
    order.error = error_member(value);
    return order;
}

Result<Challenge> read_challenge(const json::Value& value) {
    constexpr std::string_view kWhat = "the challenge";
    STEP_TRY(need_object(value, kWhat));
    Challenge challenge{.type = text_of(value.find("type")), .token = text_of(value.find("token"))};
    STEP_ASSIGN(challenge.url, url_member(value, "url", kWhat));
    STEP_ASSIGN(challenge.status, status_member(value, kWhat));
    if (challenge.type == "http-01" && !is_token(challenge.token)) {
        return bad(kWhat, "its token is missing or not of the base64url alphabet");
    }
    challenge.error = error_member(value);
    return challenge;
}

Result<Authorization> read_authorization(const json::Value& value) {
    constexpr std::string_view kWhat = "the authorization";
    STEP_TRY(need_object(value, kWhat));
    Authorization authorization;
    STEP_ASSIGN(authorization.status, status_member(value, kWhat));
    const json::Value* identifier = value.find("identifier");
    authorization.identifier = {
        .type = text_of(identifier != nullptr ? identifier->find("type") : nullptr),
        .value = text_of(identifier != nullptr ? identifier->find("value") : nullptr)};
    if (authorization.identifier.value.empty()) {
        return bad(kWhat, "there is no identifier");
    }
    const json::Value* wildcard = value.find("wildcard");
    authorization.wildcard =
        wildcard != nullptr && wildcard->as_bool() != nullptr && *wildcard->as_bool();
    const json::Array* list = list_member(value, "challenges");
    if (list == nullptr || list->size() > kMaxMembers) {
        return bad(kWhat, "there is no list of challenges");
    }
    for (const json::Value& item : *list) {
        STEP_ASSIGN(Challenge challenge, read_challenge(item));
        authorization.challenges.push_back(std::move(challenge));
    }
    return authorization;
}

Problem read_problem(const json::Value& value) {
    return read_problem_at(value, kProblemDepth);
}

}  // namespace step::client::acme
