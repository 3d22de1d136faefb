#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uri.h"
#include "cli/command.h"
#include "x509/certificate.h"
#include "x509/inspect.h"

namespace step::commands {

/// What a file or a server shows: certificates, leaf first, or one request.
struct Shown {
    std::vector<x509::Certificate> certificates{};
    std::optional<x509::UncheckedCsr> request{};
};

/// Reads `name`: a file in PEM or DER, "-" for standard input, or a URL (https, tls, tcp,
/// smtps, ldaps), whose server is asked for its chain. Uses the flags roots, servername and
/// insecure of the command. Fails as the original: "error reading file F: …", "file F does not
/// contain any valid CERTIFICATE or CERTIFICATE REQUEST blocks".
Result<Shown> read_shown(cli::Context& context, const std::string& name);

/// "host:port" if `name` is a URL of one of those schemes. Fails with kInvalidArgument on a
/// malformed one.
Result<std::optional<std::string>> server_address(const std::string& name);

/// The chain that a server shows, leaf first. The handshake must succeed: the server's
/// certificate is checked against `roots` unless `insecure`. A failure begins with `failure`.
Result<std::vector<x509::Certificate>> fetch_chain(cli::Context& context,
                                                   const std::string& address,
                                                   const std::string& server_name,
                                                   const std::string& roots, bool insecure,
                                                   std::string_view failure = "failed to connect");
/// "host:port" of a URL, with `port` if it names none.
std::string with_port(const Uri& uri, std::string_view port);

/// The certificates of a file whose contents are `bytes`: PEM, in which text and blocks of other
/// types are passed over, or one in DER. Fails with kInvalidArgument and the original's words:
/// "error parsing F: does not contain a valid PEM encoded certificate".
Result<std::vector<x509::Certificate>> parse_bundle(ByteView bytes, const std::string& path);

/// The same of the file at `path`, or of standard input ("-"). Fails with `error reading "F": …`.
Result<std::vector<x509::Certificate>> read_bundle(cli::Context& context, const std::string& path);

/// Trust anchors: a file, a folder, or files separated by commas; if `path` is empty, those of
/// the system (SSL_CERT_FILE, SSL_CERT_DIR, else where Linux distributions keep them). Fails with
/// kInvalidArgument if one cannot be read or none is found: "error reading cert pool: …".
Result<std::vector<x509::Certificate>> read_roots(cli::Context& context, const std::string& path);
/// The same; a failure begins with "failure to load root certificate pool from input path 'F': ".
Result<std::vector<x509::Certificate>> read_roots_flag(cli::Context& context,
                                                       const std::string& path);

}  // namespace step::commands
