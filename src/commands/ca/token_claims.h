#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "client/cloud/vm_names.h"
#include "json/value.h"

namespace step::commands {

/// What a token is good for; its audience says so.
enum class Purpose : unsigned char { kSign, kRevoke, kSshSign, kSshRevoke, kSshRenew, kSshRekey };

/// "/sign", "/ssh/revoke": what the audience ends with.
std::string_view path_of(Purpose purpose);

/// What an SSH certificate shall say, in the claim "step". Times as they are written there:
/// a Go duration, RFC 3339, or empty.
struct SshClaims {
    bool host = false;
    std::vector<std::string> principals{};
    std::string valid_after{}, valid_before{};
};

/// What a one-time token shall say.
struct TokenRequest {
    Purpose purpose = Purpose::kSign;
    std::string subject{};             ///< Empty: a prompt asks.
    std::vector<std::string> names{};  ///< "sans" of X.509 sign tokens; empty: the subject.
    std::optional<SysTime> not_before{}, not_after{};
    std::string confirmation{};  ///< SHA-256 of the CSR, base64url; empty: none. X.509 sign only.
    json::Value user{};          ///< Object, in sign tokens; null: no such claim.
    SshClaims ssh{};             ///< In SSH sign tokens.

    // Left here by new_token().
    std::string provisioner{};  ///< Whom it chose.
    bool from_cloud = false;    ///< The token comes from the cloud of this VM.
    bool custom_names = true;   ///< False: its provisioner takes only the names the cloud gave us.
};

/// The payload, members in the original's order. `root_digest` is the SHA-256 of the root in
/// hexadecimal. Fails with kInvalidArgument if the times do not fit together: at most 30 minutes
/// of delay, 10 seconds to an hour of life.
Result<std::string> token_payload(const TokenRequest& request, const std::string& issuer,
                                  const std::string& audience, const std::string& root_digest,
                                  SysTime now, Random& random);

/// What an unverified token says about where it may be used.
struct TokenFacts {
    std::string subject{};
    std::string audience{};     ///< The first.
    std::string root_digest{};  ///< "sha", lower case; empty: none.
    std::vector<std::string> names{};
    bool has_names = false;  ///< It has a claim "sans".
    /// Set if it comes from the cloud of a VM: then the subject is not what the certificate is for.
    std::optional<client::CloudVm> vm{};
};
/// "error parsing token: …"
Result<TokenFacts> read_token(const std::string& token);

}  // namespace step::commands
