#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "cli/command.h"
#include "client/ca_client.h"
#include "commands/ca/token_claims.h"
#include "crypto/key.h"
#include "http/client.h"
#include "x509/certificate.h"

namespace step::commands {

/// --ca-url made whole, "" if it is not given. kInvalidArgument if it is no https address.
Result<std::string> ca_url(const cli::Context& context);
/// The same; a missing one is an error.
Result<std::string> require_ca_url(const cli::Context& context);

/// Fails if there is neither --ca-url, nor --token, nor --offline.
Status require_ca_url_or_token(const cli::Context& context);

/// The certificates of --root, or of $STEPPATH/certs/root_ca.crt. Fails if there are none.
Result<std::vector<Bytes>> root_certificates(const cli::Context& context);

/// A client for `connection`, through the proxy and from the address that the environment
/// names. The CA at --ca-url with the roots above, if `connection` names none. Without a client
/// certificate of its own it shows the default_identity().
Result<client::CaClient> connect(const cli::Context& context, client::Connection connection = {});
/// The same without the default identity.
Result<client::CaClient> connect_as_is(const cli::Context& context, client::Connection connection);

/// How to reach the server of `url`: the proxy and the local address that the environment names.
/// Whom to trust (`tls`) is the caller's.
Result<http::Client::Options> transport_to(const cli::Context& context, const std::string& url);

/// A client over a connection whose server nobody checks: for CaClient::root() only.
Result<client::CaClient> connect_insecurely(const cli::Context& context, const std::string& url);

/// The CA that takes a one-time token: --ca-url, or what its audience says; the root is the one
/// with the digest in the token, or --root for a token without.
Result<client::CaClient> connect_for_token(const cli::Context& context, const TokenFacts& token);

/// A certificate chain and its key from files, to prove who we are.
struct Identity {
    std::vector<x509::Certificate> chain{};  ///< Leaf first.
    crypto::PrivateKey key;
    std::vector<Bytes> der() const;
};
/// Asks for a password only if the key is encrypted; --password-file answers if the command
/// has that flag. Fails if the key does not belong to the leaf.
Result<Identity> read_identity(cli::Context& context, const std::string& certificate_file,
                               const std::string& key_file);
/// Reads the chain again, in case somebody else renewed it; the key file only if the one in
/// memory does not belong to it any more, so that nobody is asked for its password again.
Status reload_identity(cli::Context& context, const std::string& certificate_file,
                       const std::string& key_file, Identity& identity);
Result<crypto::PrivateKey> read_key(cli::Context& context, const std::string& file);

}  // namespace step::commands
