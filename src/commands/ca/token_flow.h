#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "cli/command.h"
#include "client/ca_client.h"
#include "jose/jwk.h"
#include "json/value.h"

namespace step::commands {

/// What a one-time token shall say (cli.md 3.2).
struct TokenRequest {
    enum class Purpose : unsigned char { kSign, kRevoke } purpose = Purpose::kSign;
    std::string subject{};             ///< Empty: a prompt asks.
    std::vector<std::string> names{};  ///< "sans"; empty: the subject. Not in revoke tokens.
    std::optional<SysTime> not_before{}, not_after{};
    std::string confirmation{};  ///< SHA-256 of the CSR, base64url; empty: none.
    json::Value user{};          ///< Object; null: no such claim.
};

/// Chooses a provisioner of `ca` (--kid, --provisioner, or a prompt), gets at its key (--key, or
/// the one the CA keeps, opened with a password), and signs. `root` is the DER of the root whose
/// digest the token carries. The subject that a prompt gave is left in `request`.
Result<std::string> new_token(cli::Context& context, client::CaClient& ca, const Bytes& root,
                              TokenRequest& request);

/// The payload, members in the original's order. Fails with kInvalidArgument if the times do not
/// fit together: at most 30 minutes of delay, 10 seconds to an hour of life.
Result<std::string> token_payload(const TokenRequest& request, const std::string& issuer,
                                  const std::string& audience, const Bytes& root, SysTime now,
                                  Random& random);

/// What a person sees in a list: "NAME (JWK) [kid: K]", "NAME (ACME)".
std::string provisioner_label(const json::Value& provisioner);

/// The private key of a JWK file, a JWE file or a PEM file. An encrypted one is opened with the
/// password file of the command, or by asking.
Result<jose::Jwk> read_jwk(cli::Context& context, const std::string& file);

}  // namespace step::commands
