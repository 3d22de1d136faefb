#include "client/ca_client.h"

#include <iterator>

#include <fmt/format.h>

#include "base/hex.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "client/user_agent.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "json/write.h"
#include "x509/certificate.h"

namespace step::client {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{16} << 20;  ///< Pages of a list count together.
constexpr std::size_t kMaxShown = 200;

/// The code a status stands for, so that callers can tell "no" from "not now".
Code code_of(int status) {
    switch (status) {
        case 401:
            return Code::kUnauthenticated;
        case 403:
            return Code::kForbidden;
        case 404:
            return Code::kNotFound;
        case 409:
            return Code::kConflict;
        case 413:
            return Code::kTooLarge;
        case 501:
            return Code::kUnsupported;
        default:
            return status >= 500 ? Code::kUnavailable : Code::kInvalidArgument;
    }
}

/// What a broken server says must not steer a terminal, nor fill it.
std::string shown(std::string_view text) {
    return quote(text.substr(0, kMaxShown));
}

Error refusal(const http::Incoming& answer, const std::string& what) {
    const auto body = json::parse(answer.body, {.trailing = json::ParseOptions::Trailing::kIgnore});
    const std::string cause = fmt::format("{}: {} {}", what, answer.status, shown(answer.body));
    if (!body) {
        return {.code = code_of(answer.status),
                .detail = fmt::format("failed decoding CA error response: {}", body.error().detail),
                .cause = cause};
    }
    const json::Value* message = body->find("message");
    const std::string* text = message != nullptr ? message->as_string() : nullptr;
    return {.code = code_of(answer.status),
            .detail = text != nullptr && !text->empty()
                          ? printable(*text)
                          : fmt::format("the CA answered with status {}", answer.status),
            .cause = cause,
            .reason = kAnsweredByCa};
}

Error nonsense(std::string detail) {
    return {.code = Code::kInternal, .detail = std::move(detail)};
}

Result<std::string> text_member(const json::Value& object, std::string_view name) {
    const json::Value* member = object.find(name);
    if (member == nullptr || member->as_string() == nullptr) {
        return nonsense(fmt::format("error decoding the answer of the CA: no {}", name));
    }
    return *member->as_string();
}

/// The one certificate of a PEM text.
Result<Bytes> one_certificate(std::string_view pem) {
    auto parsed = x509::parse_certificates_pem(pem);
    if (!parsed || parsed->size() != 1) {
        return nonsense("error decoding the answer of the CA: bad certificate");
    }
    return std::move(parsed->front().der);
}

Result<json::Value> object_of(const http::Incoming& answer, const std::string& what) {
    if (answer.status >= 400) {
        return refusal(answer, what);
    }
    auto value = json::parse(answer.body);
    if (!value || value->as_object() == nullptr) {
        return nonsense(fmt::format("error decoding the answer of the CA to {}: {}", what,
                                    value ? "not an object" : value.error().detail));
    }
    return *std::move(value);
}

std::string_view text_of(const json::Value& value) {
    return value.as_string() != nullptr ? std::string_view(*value.as_string()) : "";
}

/// The chain of a /sign, /renew or /rekey answer: "certChain", or "crt" and "ca".
Result<std::string> chain_of(const json::Value& answer) {
    std::vector<std::string> blocks;
    const json::Value* chain = answer.find("certChain");
    if (chain != nullptr && chain->as_array() != nullptr) {
        for (const json::Value& block : *chain->as_array()) {
            blocks.emplace_back(text_of(block));
        }
    }
    if (blocks.empty()) {
        STEP_ASSIGN(std::string leaf, text_member(answer, "crt"));
        STEP_ASSIGN(std::string issuer, text_member(answer, "ca"));
        blocks = {std::move(leaf), std::move(issuer)};
    }
    std::string pem;
    for (const std::string& block : blocks) {
        STEP_ASSIGN(const Bytes der, one_certificate(block));
        pem += x509::encode_certificate_pem(der);
    }
    return pem;
}

}  // namespace

Result<http::Incoming> CaClient::exchange(const std::string& method, const std::string& path,
                                          std::string body, const std::string& authorization) {
    http::Outgoing request{
        .method = method, .url = url_ + path, .body = std::move(body), .max_body = kMaxAnswer};
    request.headers = {{"User-Agent", user_agent()}, {"X-Request-Id", make_uuid(*random_)}};
    if (!request.body.empty()) {
        request.headers.emplace_back("Content-Type", "application/json");
    }
    if (!authorization.empty()) {
        request.headers.emplace_back("Authorization", authorization);
    }
    auto answer = transport_->send(request);
    if (!answer) {
        Error error = std::move(answer).error();
        error.detail = fmt::format("client {} {} failed: {}", method, request.url, error.detail);
        return error;
    }
    return answer;
}

Result<json::Value> CaClient::call(const std::string& method, const std::string& path,
                                   std::string body, const std::string& authorization) {
    STEP_ASSIGN(const http::Incoming answer,
                exchange(method, path, std::move(body), authorization));
    return object_of(answer, fmt::format("{} {}{}", method, url_, path));
}

Result<std::string> CaClient::health() {
    STEP_ASSIGN(const json::Value answer, call("GET", "/health", ""));
    return text_member(answer, "status");
}

Result<Bytes> CaClient::root(const std::string& fingerprint) {
    STEP_ASSIGN(const json::Value answer, call("GET", "/root/" + path_escape(fingerprint), ""));
    STEP_ASSIGN(const std::string pem, text_member(answer, "ca"));
    STEP_ASSIGN(Bytes der, one_certificate(pem));
    if (encode_hex(crypto::sha256(der)) != fingerprint) {
        return Error{.code = Code::kUnauthenticated,
                     .detail = "root certificate SHA256 fingerprint do not match"};
    }
    return der;
}

Result<std::vector<std::string>> CaClient::certificates(const std::string& path) {
    STEP_ASSIGN(const json::Value answer, call("GET", path, ""));
    const json::Value* list = answer.find("crts");
    std::vector<std::string> blocks;
    if (list != nullptr && list->as_array() != nullptr) {
        for (const json::Value& item : *list->as_array()) {
            STEP_ASSIGN(const Bytes der, one_certificate(text_of(item)));
            blocks.push_back(x509::encode_certificate_pem(der));
        }
    }
    return blocks;
}

Result<std::vector<std::string>> CaClient::roots() {
    return certificates("/roots");
}

Result<std::vector<std::string>> CaClient::federation() {
    return certificates("/federation");
}

Result<std::vector<json::Value>> CaClient::provisioners() {
    std::vector<json::Value> all;
    std::string cursor;
    std::size_t received = 0;
    while (received < kMaxAnswer) {
        const std::string query =
            cursor.empty() ? "limit=100" : fmt::format("cursor={}&limit=100", path_escape(cursor));
        const std::string path = "/provisioners?" + query;
        STEP_ASSIGN(const http::Incoming page, exchange("GET", path, ""));
        STEP_ASSIGN(const json::Value answer, object_of(page, fmt::format("GET {}{}", url_, path)));
        received += page.body.size();
        const json::Value* list = answer.find("provisioners");
        if (list != nullptr && list->as_array() != nullptr) {
            std::ranges::copy(*list->as_array(), std::back_inserter(all));
        }
        const json::Value* next = answer.find("nextCursor");
        if (next == nullptr || text_of(*next).empty()) {
            return all;
        }
        if (text_of(*next) == cursor) {
            break;
        }
        cursor = text_of(*next);
    }
    return nonsense("error decoding the answer of the CA: the list of provisioners has no end");
}

Result<std::string> CaClient::encrypted_key(const std::string& key_id) {
    STEP_ASSIGN(const json::Value answer,
                call("GET", "/provisioners/" + path_escape(key_id) + "/encrypted-key", ""));
    return text_member(answer, "key");
}

Result<std::string> CaClient::sign(const SignRequest& request) {
    json::Object body{{.name = "csr", .value = request.csr_pem},
                      {.name = "ott", .value = request.token}};
    if (!request.not_after.empty()) {
        body.push_back({.name = "notAfter", .value = request.not_after});
    }
    if (!request.not_before.empty()) {
        body.push_back({.name = "notBefore", .value = request.not_before});
    }
    if (!request.template_data.is_null()) {
        body.push_back({.name = "templateData", .value = request.template_data});
    }
    STEP_ASSIGN(const json::Value answer,
                call("POST", "/sign", json::encode(json::Value(std::move(body)))));
    return chain_of(answer);
}

Result<std::string> CaClient::renew() {
    STEP_ASSIGN(const json::Value answer, call("POST", "/renew", ""));
    return chain_of(answer);
}

Result<std::string> CaClient::renew_with_token(const std::string& token) {
    STEP_ASSIGN(const json::Value answer, call("POST", "/renew", "", "Bearer " + token));
    return chain_of(answer);
}

Result<std::string> CaClient::rekey(const std::string& csr_pem) {
    const json::Value body(json::Object{{.name = "csr", .value = csr_pem}});
    STEP_ASSIGN(const json::Value answer, call("POST", "/rekey", json::encode(body)));
    return chain_of(answer);
}

Status CaClient::revoke(const RevokeRequest& request) {
    const json::Value body(json::Object{{.name = "serial", .value = request.serial},
                                        {.name = "ott", .value = request.token},
                                        {.name = "reasonCode", .value = request.reason_code},
                                        {.name = "reason", .value = request.reason},
                                        {.name = "passive", .value = true}});
    STEP_TRY(call("POST", "/revoke", json::encode(body)));
    return ok();
}

Result<bool> CaClient::remote_management() {
    STEP_ASSIGN(const http::Incoming answer, exchange("GET", "/admin/admins", ""));
    switch (answer.status) {
        case 404:
        case 501:
            return false;
        case 401:
            return true;
        default:
            break;
    }
    if (answer.status >= 400) {
        return refusal(answer, fmt::format("GET {}/admin/admins", url_));
    }
    return nonsense(
        fmt::format("the CA answered with status {} to a request without credentials for "
                    "/admin/admins",
                    answer.status));
}

Result<CaClient> connect(const Connection& connection, Random& random) {
    STEP_ASSIGN(http::TlsContextPtr tls,
                http::make_client_tls({.roots = connection.roots,
                                       .insecure_skip_verify = connection.insecure,
                                       .chain = connection.chain,
                                       .key = connection.key}));
    return CaClient(
        connection.url,
        http::Client::make(
            {.tls = std::move(tls), .proxy = connection.proxy, .source = connection.source}),
        random);
}

Result<std::string> parse_ca_url(const std::string& text) {
    const std::string whole = text.find("://") == std::string::npos ? "https://" + text : text;
    // A bare IPv6 address is no valid host for parse_uri; it gets its brackets first.
    const std::string host = whole.substr(whole.find("://") + 3);
    if (whole.starts_with("https://") && host.find(':') != host.rfind(':') && parse_ip(host)) {
        return fmt::format("https://[{}]", host);
    }
    const auto uri = parse_uri(whole);
    if (!uri) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("invalid URL: '{}'", uri.error().detail)};
    }
    if (uri->scheme != "https") {
        return Error{.code = Code::kInvalidArgument, .detail = "must have https scheme"};
    }
    if (uri->hostname().empty()) {
        return Error{.code = Code::kInvalidArgument, .detail = "must have a host name"};
    }
    return "https://" + uri->host;
}

}  // namespace step::client
