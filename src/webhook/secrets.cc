#include "webhook/secrets.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/files.h"
#include "base/text.h"
#include "json/decode.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::webhook {
namespace {

constexpr std::size_t kMaxFile = std::size_t{8} << 20U;

Error bad(const std::string& file, std::string_view what) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("error reading {}: {}", file, what)};
}

Result<json::Value> parse_object(std::string_view text, const std::string& file) {
    Result<json::Value> root = json::parse(text);
    if (!root) {
        return bad(file, fmt::format("{} ({})", root.error().detail, root.error().cause));
    }
    if (root->as_object() == nullptr) {
        return bad(file, "not a JSON object");
    }
    return root;
}

Result<Credentials> read_entry(const json::Value& value) {
    std::string secret, bearer, username, password;
    json::Fields fields(value, "");
    fields.get("secret", secret).get("bearerToken", bearer);
    STEP_TRY(fields.status());
    Credentials credentials;
    Result<Bytes> key = parse_base64(secret);
    if (!key) {
        return Error{.code = Code::kInvalidArgument, .detail = "the secret is not base64"};
    }
    credentials.signing_key = Secret(*std::move(key));
    if (!bearer.empty()) {
        credentials.authorization = Secret("Bearer " + bearer);
    } else if (const json::Value* basic = fields.child("basicAuth")) {
        json::Fields login(*basic, "basicAuth");
        login.get("username", username).get("password", password);
        STEP_TRY(login.status());
        if (!username.empty() || !password.empty()) {
            credentials.authorization = Secret("Basic " + encode_base64(username + ":" + password));
        }
    }
    return credentials;
}

}  // namespace

Result<CredentialMap> parse_credentials(std::string_view text, const std::string& file) {
    STEP_ASSIGN(const json::Value root, parse_object(text, file));
    CredentialMap all;
    for (const json::Member& member : *root.as_object()) {
        Result<Credentials> one = read_entry(member.value);
        if (!one) {
            return bad(file, fmt::format("webhook {}: {}", quote(member.name), one.error().detail));
        }
        all.insert_or_assign(member.name, *std::move(one));
    }
    return all;
}

Result<CredentialMap> load_credentials(const std::string& file) {
    const Result<Bytes> text = read_file(file, kMaxFile);
    if (!text) {
        if (text.error().code == Code::kNotFound) {
            return CredentialMap();
        }
        return text.error();
    }
    return parse_credentials(*text, file);
}

std::string credentials_beside(const std::string& config_file) {
    const std::string folder = folder_of(config_file);
    return join_path(name_of(folder) == "config" ? folder_of(folder) : folder,
                     "secrets/webhooks.json");
}

Result<CredentialsFile> CredentialsFile::parse(std::string_view text, const std::string& file) {
    if (text.empty()) {
        return CredentialsFile(json::Object{});
    }
    STEP_ASSIGN(json::Value root, parse_object(text, file));
    return CredentialsFile(std::move(root));
}

json::Value& CredentialsFile::entry(const std::string& id) {
    for (json::Member& member : *root_.as_object()) {
        if (member.name == id) {
            if (member.value.as_object() == nullptr) {
                member.value = json::Object{};
            }
            return member.value;
        }
    }
    root_.as_object()->push_back({.name = id, .value = json::Object{}});
    return root_.as_object()->back().value;
}

void CredentialsFile::set_secret(const std::string& id, std::string_view base64) {
    entry(id).set("secret", base64);
}

void CredentialsFile::set_login(const std::string& id, const Login& login) {
    json::Value& one = entry(id);
    if (login.bearer_token) {
        one.remove("basicAuth");
        one.set("bearerToken", *login.bearer_token);
        return;
    }
    if (!login.username && !login.password) {
        return;
    }
    one.remove("bearerToken");
    const json::Value* found = one.find_exact("basicAuth");
    json::Value basic =
        found != nullptr && found->as_object() != nullptr ? *found : json::Value(json::Object{});
    if (login.username) {
        basic.set("username", *login.username);
    }
    if (login.password) {
        basic.set("password", *login.password);
    }
    one.set("basicAuth", std::move(basic));
}

void CredentialsFile::remove(const std::string& id) {
    root_.remove(id);
}

bool CredentialsFile::empty() const {
    return root_.as_object()->empty();
}

std::string CredentialsFile::text() const {
    return json::encode_indent(root_, "\t") + "\n";
}

}  // namespace step::webhook
