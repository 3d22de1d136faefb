#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace step::tmpl {
class Functions;
}

namespace step::webhook {

/// When a webhook is called.
enum class Kind : unsigned char { kEnriching, kAuthorizing, kScepChallenge, kNotifying };
/// "ENRICHING", …
std::string_view kind_name(Kind kind);

/// Which certificates it is called for.
enum class CertType : unsigned char { kAll, kX509, kSsh };
/// "ALL", "X509", "SSH"
std::string_view cert_type_name(CertType type);

/// An entry of `options.webhooks` of a provisioner in ca.json, as somebody wrote it.
struct Entry {
    std::string id{}, name{}, url{}, kind{}, cert_type{};
    bool disable_tls_client_auth = false;
    bool operator==(const Entry&) const = default;
};

/// An entry that makes sense. What it signs and logs in with is elsewhere: secrets.h.
struct Webhook {
    std::string id{}, name{};
    std::string url{};  ///< A template over what the certificate's template sees.
    Kind kind = Kind::kEnriching;
    CertType cert_type = CertType::kAll;
    bool disable_tls_client_auth = false;
    bool operator==(const Webhook&) const = default;
};

/// Reads the list; null is none. Each member of the wrong JSON type is one more kInvalidArgument
/// with its place in `errors`. `path` names the list in them.
std::vector<Entry> read_entries(const json::Value& value, const std::string& path,
                                std::vector<Error>& errors);
/// The list as the original writes it back, kinds in upper case. Never a secret.
json::Value show_entries(const std::vector<Entry>& entries);
/// The members an entry may have, for whoever looks for misspelt ones.
std::vector<std::string_view> member_names();

/// Whether a URL can be called: https, a host, no user. The original's words.
Status check_url(const std::string& url);
/// What templates in URLs can call. Made at the first call, then shared.
std::shared_ptr<const tmpl::Functions> url_functions();

/// Checks an entry. Fails with kInvalidArgument and the original's words: "webhook url must use
/// https". Beyond it, a certificate type that it would take and then never call is refused, and a
/// URL that is no template.
Result<Webhook> to_webhook(const Entry& entry);
/// All of them, or the first failure.
Result<std::vector<Webhook>> to_webhooks(const std::vector<Entry>& entries);

}  // namespace step::webhook
