#include "client/acme/session.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "base/uri.h"
#include "client/acme/retry_after.h"
#include "client/user_agent.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::client::acme {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{256} << 10, kMaxChain = std::size_t{1} << 20;
constexpr std::size_t kMaxHeader = 4'096;
/// Some servers look at a challenge before they answer.
constexpr std::chrono::seconds kTimeout{60};
constexpr int kNonceTries = 10;

std::string header_of(const http::Incoming& answer, std::string_view name) {
    const std::string_view value = http::find_header(answer.headers, name);
    return value.size() <= kMaxHeader ? std::string(value) : std::string();
}

/// RFC 8555 6.5.1: base64url, else the client must not use it.
bool is_nonce(std::string_view text) {
    return is_token(text);
}

/// RFC 8555 6.2: the flattened form, every member there even if it is empty.
std::string flattened(const std::string& compact) {
    const std::vector<std::string> parts = split(compact, '.');
    return json::encode(json::Object{
        {"protected", parts.at(0)}, {"payload", parts.at(1)}, {"signature", parts.at(2)}});
}

}  // namespace

Error Answer::refusal() const {
    Error error = to_error(parse_problem(body, status), status);
    if (retry_after && *retry_after > Duration::zero()) {
        error.detail += fmt::format("; try again in {}", format_duration(*retry_after));
    }
    return error;
}

Result<json::Value> Answer::json() const {
    if (refused()) {
        return refusal();
    }
    auto value = json::parse(body);
    if (!value) {
        return Error{
            .code = Code::kInternal,
            .detail = fmt::format("the answer of the server is no JSON: {}", value.error().detail)};
    }
    return value;
}

Result<Session> Session::open(const std::string& url, Parts parts) {
    const auto uri = parse_uri(url);
    const std::string scheme = uri ? uri->scheme : "";
    if (scheme != "https" && scheme != "http") {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("client GET {} failed: Get {}: unsupported protocol "
                                           "scheme {}",
                                           url, quote(url), quote(scheme))};
    }
    if (!is_usable_url(url)) {
        return Error{
            .code = Code::kInvalidArgument,
            .detail = fmt::format("client GET {} failed: ACME needs an https URL", printable(url))};
    }
    Session session(std::move(parts));
    STEP_ASSIGN(const Answer answer, session.exchange({.url = url}));
    STEP_ASSIGN(const json::Value value, answer.json());
    STEP_ASSIGN(session.directory_, read_directory(value));
    return session;
}

Result<Answer> Session::exchange(http::Outgoing request) {
    request.headers.emplace_back("User-Agent", user_agent());
    request.headers.emplace_back("X-Request-Id", make_uuid(parts_.random));
    request.timeout = kTimeout;
    request.stop_fd = parts_.stop_fd;
    request.max_body = std::max(request.max_body, kMaxAnswer);
    auto answer = parts_.transport->send(request);
    if (!answer) {
        Error error = std::move(answer).error();
        error.detail =
            fmt::format("client {} {} failed: {}", request.method, request.url, error.detail);
        return error;
    }
    if (std::string nonce = header_of(*answer, "Replay-Nonce"); is_nonce(nonce)) {
        nonce_ = std::move(nonce);
    }
    const std::string retry = header_of(*answer, "Retry-After");
    return Answer{.status = answer->status,
                  .location = header_of(*answer, "Location"),
                  .content_type = header_of(*answer, "Content-Type"),
                  .retry_after = parse_retry_after(retry, parts_.clock.now()),
                  .body = std::move(answer->body)};
}

Result<std::string> Session::take_nonce() {
    if (nonce_.empty()) {
        STEP_ASSIGN(const Answer answer, exchange({.method = "HEAD", .url = directory_.new_nonce}));
        if (answer.refused()) {
            return answer.refusal();
        }
        if (nonce_.empty()) {
            return Error{.code = Code::kInternal,
                         .detail = fmt::format("the server gives no usable nonce at {}",
                                               directory_.new_nonce)};
        }
    }
    return std::exchange(nonce_, {});
}

Result<Answer> Session::send_signed(http::Outgoing request, const std::string& payload,
                                    const Signer& signer) {
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/jose+json");
    // A nonce is good for one request: the server refuses what it had already.
    request.repeatable = true;
    for (int attempt = 1;; ++attempt) {
        STEP_ASSIGN(std::string nonce, take_nonce());
        json::Object header{{"nonce", std::move(nonce)}, {"url", request.url}};
        header.push_back(
            signer.account.empty()
                ? json::Member{"jwk", jose::public_jwk({.public_key = signer.key.public_key()})}
                : json::Member{"kid", signer.account});
        STEP_ASSIGN(const std::string compact,
                    jose::sign_jws(payload, "ES256", std::move(header), signer.key));
        request.body = flattened(compact);
        STEP_ASSIGN(Answer answer, exchange(request));
        const bool stale =
            answer.refused() && parse_problem(answer.body, answer.status).is("badNonce");
        if (!stale) {
            return answer;
        }
        if (attempt == kNonceTries) {
            return answer.refusal();
        }
    }
}

Result<std::string> Session::account_url(const crypto::PrivateKey& key,
                                         const std::vector<std::string>& contacts) {
    json::Object payload;
    if (!contacts.empty()) {
        payload.push_back({"contact", json::Array(contacts.begin(), contacts.end())});
    }
    payload.push_back({"termsOfServiceAgreed", true});
    STEP_ASSIGN(const Answer answer,
                send_signed({.url = directory_.new_account},
                            json::encode(json::Value(std::move(payload))), {.key = key}));
    if (answer.refused()) {
        return answer.refusal();
    }
    if (!is_usable_url(answer.location)) {
        return Error{.code = Code::kInternal,
                     .detail = "error reading the account: the answer has no Location"};
    }
    return answer.location;
}

Result<Answer> Session::post(const std::string& url, const std::string& payload,
                             const Account& account) {
    return send_signed({.url = url}, payload, {.key = account.key, .account = account.url});
}

Result<Answer> Session::fetch(const std::string& url, const std::string& type,
                              const Account& account) {
    return send_signed({.url = url, .headers = {{"Accept", type}}, .max_body = kMaxChain}, "",
                       {.key = account.key, .account = account.url});
}

}  // namespace step::client::acme
