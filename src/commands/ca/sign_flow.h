#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"
#include "client/ca_client.h"
#include "commands/ca/acme_flow.h"
#include "commands/ca/ca_access.h"
#include "x509/csr.h"

namespace step::commands {

/// A token to sign with and the CA that takes it.
struct SignSession {
    client::CaClient ca;
    bool offline = false;
    std::string token{};
    std::string subject{};             ///< The token's.
    std::vector<std::string> names{};  ///< The token's "sans", in order.
    /// The token comes from the cloud of a VM: it does not say what the certificate is for, but
    /// which names a certificate has for which nobody names a host.
    bool from_cloud = false;
    std::vector<std::string> vm_names{};
};

/// The flags that `ca certificate` and `ca sign` share.
Flags sign_flags();
/// Refuses those that do not fit together, and those for what is not there yet.
Status check_sign_flags(const cli::Args& args);

/// How a certificate is come by: with a token, or by ACME.
using SignWay = std::variant<SignSession, AcmeTarget>;

/// --acme is the way of that server; so is a provisioner of type ACME, once chosen. Otherwise:
/// uses --token if it is given: the CA is --ca-url, or what the token's audience says; its root
/// is the one with the digest in the token ("sha"), or --root for a token without. Otherwise
/// makes a token for `subject` and `names` bound to `confirmation` (see TokenRequest), offline
/// with the keys of ca.json. Flags that only the other way has are refused.
Result<SignWay> begin_sign(cli::Context& context, const std::string& subject,
                           const std::vector<std::string>& names, const std::string& confirmation);

/// Sends the request with --not-before, --not-after, --set and --set-file; gives the chain, PEM.
Result<std::string> request_certificate(cli::Context& context, SignSession& session,
                                        const std::string& csr_pem);

}  // namespace step::commands
