#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "commands/fetch.h"
#include "x509/certificate.h"

namespace step::commands {

inline constexpr std::size_t kMaxCrl = std::size_t{64} << 20;

/// What lies at a CRL distribution point, PEM or DER. Fails with "error downloading crl: …".
Result<Bytes> download_crl(Fetcher& fetcher, const std::string& url);

/// Whether a certificate was revoked: --verify-crl and --verify-ocsp of `certificate verify`.
/// Prints why an endpoint is of no use, with --verbose.
class RevocationCheck {
public:
    /// `certificate` must outlive it.
    RevocationCheck(cli::Context& context, const x509::Certificate& certificate)
        : context_(context),
          certificate_(certificate),
          fetcher_(context, context.args.get("roots")) {}

    /// Finds the issuer: --issuing-ca, or what lies where the certificate says, in DER. It must
    /// have signed the certificate.
    Status find_issuer();
    /// These need the issuer. The endpoint that vouched for the certificate; fails if it was
    /// revoked or no endpoint could tell.
    Result<std::string> ask_lists();
    Result<std::string> ask_responders();

private:
    Result<x509::Certificate> read_issuer() const;
    Result<x509::Certificate> download_issuer();
    Status ask_list(const std::string& url);
    Status ask_responder(const std::string& url);
    Result<std::string> first_good(const std::vector<std::string>& urls,
                                   Status (RevocationCheck::*ask)(const std::string&),
                                   std::string_view nobody);

    cli::Context& context_;
    const x509::Certificate& certificate_;
    Fetcher fetcher_;
    x509::Certificate issuer_{};
};

}  // namespace step::commands
