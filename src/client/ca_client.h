#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "crypto/key.h"
#include "http/client.h"
#include "json/value.h"

namespace step::client {

/// Error::reason of what the CA itself answered (`{"status":…,"message":…}`): the detail is its
/// message, the cause says which request.
inline constexpr const char* kAnsweredByCa = "client.answered_by_ca";

struct SignRequest {
    std::string csr_pem{}, token{};
    std::string not_before{}, not_after{};  ///< As typed; the CA reads them. Empty: not sent.
    json::Value template_data{};            ///< Object, or null: not sent.
};

struct RevokeRequest {
    std::string serial{};  ///< Decimal.
    std::string token{};   ///< Empty: the client certificate proves who asks.
    int reason_code = 0;
    std::string reason{};
};

/// Speaks the HTTP API of one CA. One connection, kept between calls; not
/// thread-safe. No call is repeated by itself.
///
/// All calls fail with kUnavailable, "client GET https://… failed: CAUSE", if there is no
/// answer; with the code of the status and kAnsweredByCa if the CA refuses; with kInternal,
/// "failed decoding CA error response: …" or "error decoding …", if the answer makes no sense.
class CaClient {
public:
    CaClient(std::string url, std::unique_ptr<http::Client> transport, Random& random)
        : url_(std::move(url)), transport_(std::move(transport)), random_(&random) {}

    /// The word the CA gives for its state: "ok".
    Result<std::string> health();
    /// DER of the root with this SHA-256 in hexadecimal; kUnauthenticated if what came has another.
    Result<Bytes> root(const std::string& fingerprint);
    /// PEM blocks as sent, each checked to be one certificate.
    Result<std::vector<std::string>> roots();
    Result<std::vector<std::string>> federation();
    /// Every provisioner, all pages, as the CA describes them.
    Result<std::vector<json::Value>> provisioners();
    /// The compact JWE of a provisioner's private key.
    Result<std::string> encrypted_key(const std::string& key_id);

    /// The new chain as PEM, leaf first.
    Result<std::string> sign(const SignRequest& request);
    /// Need a transport with a client certificate.
    Result<std::string> renew();
    /// Needs no client certificate: `token` is signed with the key of the old one.
    Result<std::string> renew_with_token(const std::string& token);
    Result<std::string> rekey(const std::string& csr_pem);
    Status revoke(const RevokeRequest& request);

    /// Whether this CA takes changes of provisioners at /admin: asks there without credentials.
    /// False if the answer is 404 or 501, true if it is 401; any other fails as above. Without a
    /// connection the error has the reason http::kNoConnection.
    Result<bool> remote_management();

    const std::string& url() const { return url_; }

private:
    Result<http::Incoming> exchange(const std::string& method, const std::string& path,
                                    std::string body, const std::string& authorization = {});
    Result<json::Value> call(const std::string& method, const std::string& path, std::string body,
                             const std::string& authorization = {});
    Result<std::vector<std::string>> certificates(const std::string& path);

    std::string url_;
    std::unique_ptr<http::Client> transport_;
    Random* random_;
};

/// How to reach a CA.
struct Connection {
    std::string url{};           ///< From parse_ca_url().
    std::vector<Bytes> roots{};  ///< DER; the only authorities trusted.
    /// No check of the server at all: only to fetch what is checked by its digest.
    bool insecure = false;
    std::vector<Bytes> chain{};  ///< Client certificate, leaf first; may be empty.
    const crypto::PrivateKey* key = nullptr;
    std::string proxy{}, source{};  ///< See proxy.h; "address" or "address:port".
};
Result<CaClient> connect(const Connection& connection, Random& random);

/// "https://host[:port]" of what a person typed: the scheme may be missing, path and query are
/// cut off, a bare IPv6 address gets its brackets. kInvalidArgument: "must have https scheme",
/// "invalid URL: …".
Result<std::string> parse_ca_url(const std::string& text);

}  // namespace step::client
