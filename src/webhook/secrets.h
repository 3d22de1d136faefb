#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "json/value.h"

namespace step::webhook {

/// What one webhook's requests are signed and logged in with.
struct Credentials {
    Secret signing_key{};    ///< Decoded; empty: an empty key, as for webhooks of the original's
                             ///< ca.json.
    Secret authorization{};  ///< The whole value of the header: "Bearer …", "Basic …"; or empty.
};

/// By webhook id.
using CredentialMap = std::map<std::string, Credentials, std::less<>>;

/// Reads secrets/webhooks.json: an object whose members are webhook ids, each an object with
/// "secret" (base64), "bearerToken", "basicAuth" {"username", "password"}, all optional. Fails
/// with kInvalidArgument; never shows a value.
Result<CredentialMap> parse_credentials(std::string_view text, const std::string& file);
/// The same of a file. None there: no credentials.
Result<CredentialMap> load_credentials(const std::string& file);

/// Where the credentials of a ca.json are: secrets/webhooks.json beside the folder `config` that
/// holds it, or in its own folder if that has another name.
std::string credentials_beside(const std::string& config_file);

/// secrets/webhooks.json as a text that is changed where it stands: what this program does not
/// know is kept.
class CredentialsFile {
public:
    /// An empty text is an empty file.
    static Result<CredentialsFile> parse(std::string_view text, const std::string& file);

    /// How requests are logged in: at most one of the two.
    struct Login {
        std::optional<std::string> bearer_token{};
        std::optional<std::string> username{}, password{};
    };
    void set_secret(const std::string& id, std::string_view base64);
    /// What `login` does not say stays; a bearer token replaces a password and the reverse.
    void set_login(const std::string& id, const Login& login);
    void remove(const std::string& id);
    bool empty() const;
    std::string text() const;

private:
    explicit CredentialsFile(json::Value root) : root_(std::move(root)) {}
    json::Value& entry(const std::string& id);

    json::Value root_;
};

}  // namespace step::webhook
