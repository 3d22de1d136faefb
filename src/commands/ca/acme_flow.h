#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "client/acme/resources.h"
#include "commands/flags.h"
#include "x509/csr.h"
#include "x509/san.h"

namespace step::commands {

/// An ACME server that is to give a certificate.
struct AcmeTarget {
    std::string directory{};      ///< URL
    std::string subject{};        ///< Common name; from a prompt if none was typed.
    bool of_provisioner = false;  ///< Of the CA at --ca-url: its root alone is trusted.
};

Flags acme_flags();  ///< --acme, --standalone, --webroot, --contact, --http-listen

/// Refuses those that stand on the command line of a run without ACME; --acme itself only
/// `with_url`.
Status refuse_acme_flags(const cli::Args& args, bool with_url);

/// What an order has to name, and the request: the subject is always among the names.
struct AcmeNames {
    std::vector<client::acme::Identifier> identifiers{};
    x509::AltNames names{};
};
/// Each name once. Fails with kInvalidArgument and the original's words for mail addresses, URIs
/// and wildcards: this client proves names by http-01 only.
Result<AcmeNames> acme_names(const x509::AltNames& names, const std::string& subject);

/// Gets the chain, PEM, for a request with those identifiers. Tells on stderr how it goes. Ctrl-C
/// ends it at the next wait, with nothing left in --webroot.
Result<std::string> acme_certificate(cli::Context& context, const AcmeTarget& target,
                                     const std::vector<client::acme::Identifier>& identifiers,
                                     const x509::Csr& csr);

}  // namespace step::commands
