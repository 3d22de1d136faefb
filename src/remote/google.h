#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "base/system.h"
#include "crypto/key.h"
#include "remote/fetcher.h"

namespace step::remote {

/// Application default credentials of Google Cloud, read from a file: a service account's key or a
/// user's refresh token.
struct GoogleCredentials {
    std::string email{}, key_id{}, token_uri{};
    std::optional<crypto::PrivateKey> key{};  ///< Of a service account.
    std::string client_id{};                  ///< Of a user,
    Secret client_secret{}, refresh_token{};  ///< with these.
};
/// Fails with kInvalidArgument if the text is neither, or its token_uri is not https.
Result<GoogleCredentials> parse_google_credentials(std::string_view text);

/// Asks Google's Cloud Resource Manager, with application default credentials: the file that
/// GOOGLE_APPLICATION_CREDENTIALS names, gcloud's own file, or the metadata service of the machine.
/// Thread-safe.
class GoogleProjects {
public:
    /// `clock` and `environment` outlive it.
    GoogleProjects(std::shared_ptr<Fetcher> fetcher, const Clock& clock,
                   const Environment* environment);

    /// The organisation at the top of what the project belongs to; "" if there is something else.
    /// Waits for up to three exchanges of 10 seconds (http/waiting.h): who waits while somebody
    /// else asks in vain for an access token asks no more. Fails with kInternal, as the original's
    /// clients see it, and a cause.
    Result<std::string> organization_of(const std::string& project);

private:
    Result<std::string> access_token();
    Result<std::string> new_token(SysTime now);
    Result<http::Incoming> token_answer(SysTime now);

    std::shared_ptr<Fetcher> fetcher_;
    const Clock& clock_;
    const Environment* environment_;
    std::mutex mutex_{};
    std::string token_{};
    SysTime token_ends_{};
    Error failure_{};                                      ///< Of the last try to get a token,
    std::optional<std::chrono::nanoseconds> failed_at_{};  ///< if that failed.
};

/// The organisation in the answer of projects.getAncestry: the last ancestor, if it is one. Fails
/// with kInvalidArgument if there is no ancestor.
Result<std::string> parse_ancestry(std::string_view text);

}  // namespace step::remote
