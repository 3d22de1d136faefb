#include "commands/certificate/source.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/ip.h"
#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "http/tls_probe.h"
#include "x509/system_roots.h"

namespace step::commands {

namespace {

constexpr std::string_view kPemMark = "-----BEGIN ";

struct Scheme {
    std::string_view prefix, port;
};
constexpr Scheme kSchemes[] = {{"https://", "443"},
                               {"tls://", "443"},
                               {"tcp://", "443"},
                               {"smtps://", "465"},
                               {"ldaps://", "636"}};

/// Every CERTIFICATE block, or the whole as DER. Fails if there is none or one is malformed.
Result<std::vector<x509::Certificate>> parse_certificates(ByteView bytes) {
    std::vector<x509::Certificate> out;
    if (bytes.find(kPemMark) == ByteView::npos) {
        STEP_ASSIGN(x509::Certificate certificate, x509::parse_certificate(bytes));
        out.push_back(std::move(certificate));
        return out;
    }
    while (const auto step = next_pem(bytes)) {
        bytes.remove_prefix(step->rest);
        if (step->block.type == "CERTIFICATE" && step->block.headers.empty()) {
            STEP_ASSIGN(x509::Certificate certificate, x509::parse_certificate(step->block.bytes));
            out.push_back(std::move(certificate));
        }
    }
    if (out.empty()) {
        return Error{.code = Code::kInvalidArgument, .detail = "no certificate found"};
    }
    return out;
}

Result<x509::UncheckedCsr> parse_request(ByteView bytes) {
    ByteView rest = bytes;
    while (const auto step = next_pem(rest)) {
        rest.remove_prefix(step->rest);
        if (step->block.type.ends_with("CERTIFICATE REQUEST")) {
            return x509::parse_csr_unchecked(step->block.bytes);
        }
    }
    return x509::parse_csr_unchecked(bytes);
}

Error in_pool(std::string_view what) {
    return invalid(fmt::format("error reading cert pool: {}", what));
}

}  // namespace

std::string with_port(const Uri& uri, std::string_view port) {
    return split_host_port(uri.host) ? uri.host : join_host_port(uri.hostname(), port);
}

Result<std::optional<std::string>> server_address(const std::string& name) {
    const std::string lower = to_lower(name);
    for (const Scheme& scheme : kSchemes) {
        if (!lower.starts_with(scheme.prefix)) {
            continue;
        }
        const auto uri = parse_uri(name);
        if (!uri) {
            return Error{
                .code = Code::kInvalidArgument,
                .detail = fmt::format("error parsing URL '{}': {}", name, uri.error().detail)};
        }
        return std::optional(with_port(*uri, scheme.port));
    }
    return std::optional<std::string>();
}

Result<std::vector<x509::Certificate>> parse_bundle(ByteView bytes, const std::string& path) {
    const auto unparsed = [&path](std::string_view why, std::string_view cause = {}) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error parsing {}: {}{}", path, why, cause)};
    };
    if (bytes.find(kPemMark) == ByteView::npos) {
        auto certificate = x509::parse_certificate(bytes);
        if (!certificate) {
            return unparsed("error parsing certificate as DER format: ",
                            certificate.error().detail);
        }
        return std::vector{*std::move(certificate)};
    }
    std::vector<x509::Certificate> all;
    while (const auto step = next_pem(bytes)) {
        bytes.remove_prefix(step->rest);
        if (step->block.type != "CERTIFICATE" || !step->block.headers.empty()) {
            continue;
        }
        auto certificate = x509::parse_certificate(step->block.bytes);
        if (!certificate) {
            return unparsed("error decoding PEM data: ", certificate.error().detail);
        }
        all.push_back(*std::move(certificate));
    }
    if (all.empty()) {
        return unparsed("does not contain a valid PEM encoded certificate");
    }
    return all;
}

Result<std::vector<x509::Certificate>> read_bundle(cli::Context& context, const std::string& path) {
    STEP_ASSIGN(const Bytes bytes, read_file_quoted(context, path));
    return parse_bundle(bytes, path);
}

Result<std::vector<x509::Certificate>> read_roots(cli::Context& context, const std::string& path) {
    if (path.empty()) {
        return x509::system_roots(context.environment);
    }
    std::vector<std::string> files;
    if (kind_of(path) == Kind::kFolder) {
        files = x509::files_of_folder(path);
    } else {
        for (const std::string& file : split(path, ',')) {
            files.emplace_back(trim(file));
        }
    }
    std::vector<x509::Certificate> roots;
    for (const std::string& file : files) {
        const auto pem = read_file(file);
        if (!pem) {
            return in_pool(fmt::format("open {}: {}", file, reason_of(pem.error())));
        }
        x509::add_certificates(roots, *pem);
    }
    if (roots.empty()) {
        return in_pool("not certificates found");  // The original's words.
    }
    return roots;
}

Result<std::vector<x509::Certificate>> read_roots_flag(cli::Context& context,
                                                       const std::string& path) {
    auto roots = read_roots(context, path);
    return roots ? std::move(roots)
                 : explain(std::move(roots).error(),
                           fmt::format("failure to load root certificate pool from input path "
                                       "'{}': ",
                                       path));
}

Result<std::vector<x509::Certificate>> fetch_chain(cli::Context& context,
                                                   const std::string& address,
                                                   const std::string& server_name,
                                                   const std::string& roots, bool insecure,
                                                   std::string_view failure) {
    http::ClientTls options{.insecure_skip_verify = insecure};
    if (!insecure) {
        STEP_ASSIGN(const std::vector<x509::Certificate> anchors, read_roots_flag(context, roots));
        for (const x509::Certificate& anchor : anchors) {
            options.roots.push_back(anchor.der);
        }
    }
    STEP_ASSIGN(const http::TlsContextPtr tls, http::make_client_tls(options));
    auto chain = http::fetch_peer_chain({.address = address, .server_name = server_name}, *tls);
    if (!chain) {
        Error error = std::move(chain).error();
        error.detail = fmt::format("{}: {}", failure, error.detail);
        return error;
    }
    std::vector<x509::Certificate> certificates;
    for (const Bytes& der : *chain) {
        STEP_ASSIGN(x509::Certificate certificate, x509::parse_certificate(der));
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

Result<Shown> read_shown(cli::Context& context, const std::string& name) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const std::optional<std::string> address, server_address(name));
    Shown shown;
    if (address) {
        STEP_ASSIGN(shown.certificates, fetch_chain(context, *address, args.get("servername"),
                                                    args.get("roots"), args.flag("insecure")));
        return shown;
    }
    const auto bytes = cli::read_input(context, name);
    if (!bytes) {
        return Error{
            .code = bytes.error().code,
            .detail = fmt::format("error reading file {}: {}", name, bytes.error().detail)};
    }
    if (auto certificates = parse_certificates(*bytes)) {
        shown.certificates = *std::move(certificates);
        return shown;
    }
    auto request = parse_request(*bytes);
    if (!request) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("file {} does not contain any valid CERTIFICATE or "
                                           "CERTIFICATE REQUEST blocks",
                                           name)};
    }
    shown.request = *std::move(request);
    return shown;
}

}  // namespace step::commands
