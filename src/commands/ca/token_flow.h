#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "client/ca_client.h"
#include "commands/ca/token_claims.h"
#include "jose/jwk.h"
#include "json/value.h"

namespace step::commands {

/// Who may sign the tokens of a CA, and what these say of it.
struct TokenSource {
    std::string audience{};     ///< What path_of() is appended to: "https://ca.test:9000/1.0".
    std::string root_digest{};  ///< SHA-256 of its root, hexadecimal.
    std::function<Result<std::vector<json::Value>>()> provisioners{};
    /// The compact JWE of the private key of one of them.
    std::function<Result<std::string>(const json::Value& provisioner)> encrypted_key{};
};
/// What a CA tells over the network. `ca` must outlive it.
TokenSource tokens_of(client::CaClient& ca, const Bytes& root);

/// Error::reason of a provisioner that gives no tokens, but certificates by ACME.
inline constexpr const char* kAcmeProvisioner = "commands.acme_provisioner";

/// Chooses a provisioner (--kid, --provisioner, or a prompt), gets at its key (--key, or the one
/// the CA keeps, opened with a password), and signs; for a provisioner of a cloud it asks the
/// metadata service of this VM instead. The subject that a prompt gave is left in `request`, and
/// the name of the provisioner. Fails with kAcmeProvisioner if that has type ACME.
Result<std::string> new_token(cli::Context& context, const TokenSource& source,
                              TokenRequest& request);

/// Signs where neither a CA nor a ca.json can be asked: with the key in --key, in the name of
/// --provisioner; the key id is --kid, or the thumbprint of the key. Of `source` only audience
/// and digest count.
Result<std::string> new_token_by_flags(cli::Context& context, const TokenSource& source,
                                       const TokenRequest& request);

/// What a person sees in a list: "NAME (JWK) [kid: K]", "NAME (ACME)".
std::string provisioner_label(const json::Value& provisioner);
/// The key id of a JWK provisioner; "" for others.
std::string key_id_of(const json::Value& provisioner);

/// The private key of a JWK file, a JWE file or a PEM file. An encrypted one is opened with the
/// password file of the command, or by asking.
Result<jose::Jwk> read_jwk(cli::Context& context, const std::string& file);

}  // namespace step::commands
