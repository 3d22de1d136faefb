#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "base/time.h"
#include "client/acme/resources.h"
#include "crypto/key.h"
#include "http/client.h"
#include "json/value.h"

namespace step::client::acme {

/// Waits this long. Fails if the person who waits wants to end it.
using Pause = std::function<Status(Duration)>;

/// An account of a server: whoever holds the key is it.
struct Account {
    crypto::PrivateKey key;  ///< EC P-256.
    std::string url{};       ///< Its "kid". Empty: the server has not been asked yet.
};

/// What a server said to one request, whatever its status.
struct Answer {
    int status = 0;
    std::string location{}, content_type{};
    std::optional<Duration> retry_after{};
    std::string body{};

    bool refused() const { return status >= 400; }
    /// With when to come back, if the server said so.
    Error refusal() const;
    /// The JSON in the body; refusal() if there is one, kInternal if it is none.
    Result<json::Value> json() const;
};

/// Speaks to one ACME server (RFC 8555 6): signs requests, keeps nonces and gets new ones, sends
/// again what a stale nonce spoilt. Not thread-safe.
///
/// All calls fail with kUnavailable, "client POST https://… failed: CAUSE", if there is no answer,
/// and with kTooLarge if it is too long.
class Session {
public:
    struct Parts {
        std::unique_ptr<http::Client> transport{};
        const Clock& clock;
        Random& random;
        int stop_fd = -1;  ///< Readable: requests fail at once. -1: none.
    };
    /// Reads the directory at `url`. Fails with kInvalidArgument if that is no https URL,
    /// with the server's refusal, or with "error reading the directory: …".
    static Result<Session> open(const std::string& url, Parts parts);

    const Directory& directory() const { return directory_; }

    /// Finds the account of `key`, or makes it, with these contacts ("mailto:a@b.test"), agreeing
    /// to the terms of service, and answers its URL (RFC 8555 7.3).
    Result<std::string> account_url(const crypto::PrivateKey& key,
                                    const std::vector<std::string>& contacts);

    /// Sends `payload` signed by `account`; an empty one is a POST-as-GET (RFC 8555 6.3). Fails
    /// with kBadNonce if the server takes none of ten nonces that it gave.
    Result<Answer> post(const std::string& url, const std::string& payload, const Account& account);
    /// For the certificate: accepts `type` only, and more octets.
    Result<Answer> fetch(const std::string& url, const std::string& type, const Account& account);

private:
    struct Signer {
        const crypto::PrivateKey& key;
        std::string account{};  ///< Empty: the public key itself speaks ("jwk").
    };
    explicit Session(Parts parts) : parts_(std::move(parts)) {}
    Result<Answer> exchange(http::Outgoing request);
    Result<std::string> take_nonce();
    Result<Answer> send_signed(http::Outgoing request, const std::string& payload,
                               const Signer& signer);

    Parts parts_;
    Directory directory_{};
    std::string nonce_{};  ///< The latest one; empty: none.
};

}  // namespace step::client::acme
