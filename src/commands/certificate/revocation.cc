#include "commands/certificate/revocation.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "commands/errors.h"
#include "x509/crl.h"
#include "x509/locations.h"
#include "x509/ocsp.h"
#include "x509/verify.h"

namespace step::commands {
namespace {

constexpr std::size_t kMaxIssuer = std::size_t{1} << 20, kMaxOcsp = std::size_t{1} << 20;
constexpr std::chrono::seconds kListTimeout{60};

/// Error::reason where an endpoint has spoken: no other one is asked.
constexpr const char* kSpoken = "commands.revocation_spoken";

Error spoken(std::string detail) {
    return {.code = Code::kUnauthenticated, .detail = std::move(detail), .reason = kSpoken};
}

SysSeconds now_of(const cli::Context& context) {
    return std::chrono::floor<std::chrono::seconds>(context.clock.now());
}

}  // namespace

Result<Bytes> download_crl(Fetcher& fetcher, const std::string& url) {
    constexpr std::string_view kFailed = "error downloading crl: ";
    auto answer = fetcher.send({.url = url, .max_body = kMaxCrl, .timeout = kListTimeout});
    if (!answer) {
        return explain(std::move(answer).error(), kFailed);
    }
    if (answer->status >= 400) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("{}status code {}", kFailed, answer->status)};
    }
    return std::move(answer->body);
}

Result<x509::Certificate> RevocationCheck::read_issuer() const {
    const auto pem = read_file(context_.args.get("issuing-ca"));
    if (!pem) {
        return invalid("unable to load the issuing CA certificate file");
    }
    const auto first = next_pem(*pem);
    if (!first || first->block.type != "CERTIFICATE") {
        return invalid("failed to decode the issuing CA certificate");
    }
    auto issuer = x509::parse_certificate(first->block.bytes);
    return issuer ? std::move(issuer) : invalid("failed to parse the issuing CA certificate");
}

Result<x509::Certificate> RevocationCheck::download_issuer() {
    const std::vector<std::string> urls = x509::locations_of(certificate_).issuers;
    if (urls.empty()) {
        return invalid(
            "could not get the issuing CA from the cert and no issuing CA certificate provided");
    }
    const auto answer = fetcher_.send({.url = urls.front(), .max_body = kMaxIssuer});
    if (!answer) {
        return invalid("failed to download the issuing CA: " + answer.error().detail);
    }
    auto issuer = x509::parse_certificate(answer->body);
    return issuer ? std::move(issuer) : invalid("failed to parse the issuing CA");
}

Status RevocationCheck::find_issuer() {
    const bool given = !context_.args.get("issuing-ca").empty();
    STEP_ASSIGN(issuer_, given ? read_issuer() : download_issuer());
    // Else whoever answers there could vouch for anything.
    if (const Status good = x509::check_issued_by(certificate_, issuer_); !good) {
        return invalid("the issuing CA did not issue the certificate: " + good.error().detail);
    }
    return ok();
}

Status RevocationCheck::ask_list(const std::string& url) {
    STEP_ASSIGN(const Bytes bytes, download_crl(fetcher_, url));
    const auto list = x509::parse_crl_file(bytes);
    if (!list) {
        return invalid("error parsing crl: " + list.error().detail);
    }
    const auto entry = x509::look_up(*list, certificate_, issuer_,
                                     {.now = now_of(context_),
                                      .skip_signature = context_.args.flag("insecure"),
                                      .chosen = !context_.args.get("crl-endpoint").empty()});
    if (!entry) {
        return explain(entry.error(), "error validating the CRL against the CA issuer: ");
    }
    return *entry == nullptr ? ok()
                             : spoken(fmt::format("certificate marked as revoked in CRL {}", url));
}

Status RevocationCheck::ask_responder(const std::string& url) {
    const auto answer =
        fetcher_.send({.url = url,
                       .max_body = kMaxOcsp,
                       .body = x509::encode_ocsp_request(x509::make_cert_id(certificate_, issuer_)),
                       .content_type = "application/ocsp-request"});
    if (!answer) {
        return invalid(
            fmt::format("error contacting OCSP server: {}: {}", url, answer.error().detail));
    }
    const auto response = x509::parse_ocsp_response(answer->body);
    const auto single = response
                            ? x509::check_ocsp(*response, certificate_, issuer_, now_of(context_))
                            : Result<x509::OcspSingle>(response.error());
    if (!single) {
        return invalid(fmt::format("error parsing response from OCSP server: {}: {}", url,
                                   single.error().detail));
    }
    switch (single->status) {
        case x509::OcspStatus::kGood:
            return ok();
        case x509::OcspStatus::kRevoked:
            return spoken(fmt::format("certificate has been revoked according to OCSP {}", url));
        case x509::OcspStatus::kUnknown:
            break;
    }
    return spoken(fmt::format("certificate status is unknown according to OCSP {}", url));
}

Result<std::string> RevocationCheck::first_good(const std::vector<std::string>& urls,
                                                Status (RevocationCheck::*ask)(const std::string&),
                                                std::string_view nobody) {
    for (const std::string& url : urls) {
        const Status good = (this->*ask)(url);
        if (good) {
            return url;
        }
        if (good.error().has_reason(kSpoken)) {
            return good.error();
        }
        if (context_.args.flag("verbose")) {
            context_.console.out(good.error().detail + "\n");
        }
    }
    return invalid(std::string(nobody));
}

Result<std::string> RevocationCheck::ask_lists() {
    std::vector<std::string> urls = x509::locations_of(certificate_).lists;
    if (const std::string endpoint = context_.args.get("crl-endpoint"); !endpoint.empty()) {
        urls = {endpoint};
    } else if (urls.empty()) {
        return invalid("CRL distribution endpoint not found in certificate");
    }
    return first_good(urls, &RevocationCheck::ask_list,
                      "could not verify certificate against CRL distribution point(s)");
}

Result<std::string> RevocationCheck::ask_responders() {
    std::vector<std::string> urls = x509::locations_of(certificate_).ocsp;
    if (const std::string endpoint = context_.args.get("ocsp-endpoint"); !endpoint.empty()) {
        urls = {endpoint};
    } else if (urls.empty()) {
        return invalid("no OCSP AIA extension found");
    }
    return first_good(urls, &RevocationCheck::ask_responder,
                      "could not verify certificate against OCSP server(s)");
}

}  // namespace step::commands
