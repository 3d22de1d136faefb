#include "remote/google.h"

#include <utility>

#include <fmt/core.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/pem_key.h"
#include "http/waiting.h"
#include "jose/jws.h"
#include "json/decode.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::remote {
namespace {

constexpr std::size_t kMaxFile = std::size_t{64} << 10U, kMaxBody = std::size_t{1} << 20U;
constexpr std::chrono::seconds kPatience{10}, kMetadataPatience{3};
/// Used up a little early, for it has to arrive too.
constexpr std::chrono::seconds kMargin{60};
constexpr std::chrono::seconds kAssertionLife = std::chrono::hours(1);
constexpr const char* kScope = "https://www.googleapis.com/auth/cloud-platform";
constexpr const char* kTokenUri = "https://oauth2.googleapis.com/token";
constexpr const char* kMetadata = "169.254.169.254";

Error invalid(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

/// application/x-www-form-urlencoded (WHATWG URL 5.2), spaces as %20.
std::string encode_form(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
    std::string form;
    for (const auto& [name, value] : fields) {
        form += (form.empty() ? "" : "&") + std::string(name) + "=";
        for (const char c : value) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
            form += plain ? std::string(1, c) : "%" + encode_hex_upper(std::string_view(&c, 1));
        }
    }
    return form;
}

http::Outgoing post_form(const std::string& url, std::string form) {
    return {.method = "POST",
            .url = url,
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = std::move(form),
            .max_body = kMaxBody,
            .timeout = kPatience};
}

Status read_service_account(json::Fields& fields, GoogleCredentials& out) {
    std::string pem;
    fields.get("client_email", out.email)
        .get("private_key_id", out.key_id)
        .get("token_uri", out.token_uri)
        .get("private_key", pem);
    STEP_TRY(fields.status());
    Result<crypto::PrivateKey> key = crypto::parse_private_key(
        pem, []() -> Result<Secret> { return invalid("it is encrypted"); });
    wipe(pem);
    if (!key) {
        return invalid("private_key cannot be read: " + key.error().detail);
    }
    if (key->kind() != crypto::KeyKind::kRsa || out.email.empty()) {
        return invalid("client_email or an RSA private_key is missing");
    }
    out.key.emplace(*std::move(key));
    return ok();
}

Status read_user(json::Fields& fields, GoogleCredentials& out) {
    std::string secret, refresh;
    fields.get("client_id", out.client_id)
        .get("client_secret", secret)
        .get("refresh_token", refresh);
    STEP_TRY(fields.status());
    if (refresh.empty()) {
        return invalid("refresh_token is missing");
    }
    out.client_secret = Secret(std::move(secret));
    out.refresh_token = Secret(std::move(refresh));
    return ok();
}

/// RFC 7523 2.1.
Result<std::string> make_assertion(const GoogleCredentials& credentials, SysTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    json::Value claims;
    claims.set("iss", credentials.email);
    claims.set("scope", kScope);
    claims.set("aud", credentials.token_uri);
    claims.set("iat", seconds);
    claims.set("exp", seconds + kAssertionLife.count());
    json::Object header{{.name = "typ", .value = "JWT"}};
    if (!credentials.key_id.empty()) {
        header.push_back({.name = "kid", .value = credentials.key_id});
    }
    return jose::sign_jws(json::encode(claims), "RS256", std::move(header), *credentials.key);
}

Result<http::Outgoing> token_request(const GoogleCredentials& credentials, SysTime now) {
    if (!credentials.key) {
        return post_form(credentials.token_uri,
                         encode_form({{"grant_type", "refresh_token"},
                                      {"client_id", credentials.client_id},
                                      {"client_secret", credentials.client_secret.view()},
                                      {"refresh_token", credentials.refresh_token.view()}}));
    }
    STEP_ASSIGN(const std::string assertion, make_assertion(credentials, now));
    return post_form(credentials.token_uri,
                     encode_form({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                                  {"assertion", assertion}}));
}

Result<GoogleCredentials> read_credentials(const std::string& path) {
    STEP_ASSIGN(Bytes text, read_file(path, kMaxFile));
    Result<GoogleCredentials> credentials = parse_google_credentials(text);
    wipe(text);
    if (!credentials) {
        return invalid("credentials of Google in " + path + ": " + credentials.error().detail);
    }
    return credentials;
}

/// The file with credentials; none if the metadata service has to do.
std::optional<std::string> credentials_file(const Environment& environment) {
    auto named = environment.get("GOOGLE_APPLICATION_CREDENTIALS");
    if (named && !named->empty()) {
        return named;
    }
    auto home = environment.get("HOME");
    if (!home || home->empty()) {
        home = environment.user_home();
    }
    if (!home) {
        return {};
    }
    std::string path = *home + "/.config/gcloud/application_default_credentials.json";
    return kind_of(path) == Kind::kFile ? std::optional(std::move(path)) : std::nullopt;
}

}  // namespace

Result<GoogleCredentials> parse_google_credentials(std::string_view text) {
    STEP_ASSIGN(const json::Value value, json::parse(text));
    GoogleCredentials found{.token_uri = kTokenUri};
    std::string type;
    json::Fields fields(value, "credentials");
    fields.get("type", type);
    STEP_TRY(fields.status());
    if (type == "service_account") {
        STEP_TRY(read_service_account(fields, found));
    } else if (type == "authorized_user") {
        STEP_TRY(read_user(fields, found));
    } else {
        return invalid("type " + quote(type) + " is not supported");
    }
    if (!found.token_uri.starts_with("https://")) {
        return invalid("token_uri must use https");
    }
    return found;
}

Result<std::string> parse_ancestry(std::string_view text) {
    STEP_ASSIGN(const json::Value value, json::parse(text));
    const json::Value* list = value.find("ancestor");
    if (list == nullptr || list->as_array() == nullptr || list->as_array()->empty()) {
        return invalid("getAncestry response malformed");
    }
    const json::Value* top = list->as_array()->back().find("resourceId");
    std::string type, id;
    if (top != nullptr) {
        STEP_TRY(json::Fields(*top, "resourceId").get("type", type).get("id", id).status());
    }
    return type == "organization" ? id : std::string();
}

GoogleProjects::GoogleProjects(std::shared_ptr<Fetcher> fetcher, const Clock& clock,
                               const Environment* environment)
    : fetcher_(std::move(fetcher)), clock_(clock), environment_(environment) {}

Result<http::Incoming> GoogleProjects::token_answer(SysTime now) {
    const auto file = environment_ != nullptr ? credentials_file(*environment_) : std::nullopt;
    if (file) {
        STEP_ASSIGN(const GoogleCredentials credentials, read_credentials(*file));
        STEP_ASSIGN(const http::Outgoing request, token_request(credentials, now));
        return fetch_ok(*fetcher_, request);
    }
    const auto named =
        environment_ != nullptr ? environment_->get("GCE_METADATA_HOST") : std::nullopt;
    const std::string host = named && !named->empty() ? *named : kMetadata;
    return fetch_ok(
        *fetcher_,
        {.url = "http://" + host + "/computeMetadata/v1/instance/service-accounts/default/token",
         .headers = {{"Metadata-Flavor", "Google"}},
         .max_body = kMaxBody,
         .timeout = kMetadataPatience},
        Route::kDirect);
}

Result<std::string> GoogleProjects::new_token(SysTime now) {
    STEP_ASSIGN(http::Incoming answer, token_answer(now));
    STEP_ASSIGN(const json::Value value, json::parse(answer.body));
    wipe(answer.body);
    std::string token;
    std::int64_t life = 0;
    STEP_TRY(
        json::Fields(value, "token").get("access_token", token).get("expires_in", life).status());
    if (token.empty()) {
        return invalid("the answer has no access_token");
    }
    constexpr std::int64_t kMostLife = std::int64_t{24} * 3600;
    token_ends_ = now + std::chrono::seconds(std::clamp<std::int64_t>(life, 0, kMostLife));
    return token;
}

Result<std::string> GoogleProjects::access_token() {
    const std::chrono::nanoseconds asked = clock_.monotonic();
    const std::scoped_lock lock(mutex_);
    if (failed_at_ && asked < *failed_at_) {
        return failure_;
    }
    const SysTime now = clock_.now();
    if (token_.empty() || now + kMargin >= token_ends_) {
        Result<std::string> fresh = new_token(now);
        if (!fresh) {
            failure_ = {.code = Code::kInternal,
                        .cause = "no access token of Google: " + fresh.error().detail};
            failed_at_ = clock_.monotonic();
            return failure_;
        }
        token_ = *std::move(fresh);
    }
    return token_;
}

Result<std::string> GoogleProjects::organization_of(const std::string& project) {
    STEP_ASSIGN(const http::WaitingOutside waiting, http::WaitingOutside::begin());
    STEP_ASSIGN(const std::string token, access_token());
    const http::Outgoing request{
        .method = "POST",
        .url = "https://cloudresourcemanager.googleapis.com/v1/projects/" + path_escape(project) +
               ":getAncestry",
        .headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
        .body = "{}",
        .max_body = kMaxBody,
        .timeout = kPatience};
    const Result<http::Incoming> answer = fetch_ok(*fetcher_, request);
    if (!answer) {
        const std::scoped_lock lock(mutex_);
        token_.clear();  // It may have been withdrawn.
        return Error{.code = Code::kInternal, .cause = answer.error().detail};
    }
    Result<std::string> organization = parse_ancestry(answer->body);
    if (!organization) {
        return Error{.code = Code::kInternal, .cause = organization.error().detail};
    }
    return organization;
}

}  // namespace step::remote
