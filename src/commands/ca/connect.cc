#include "commands/ca/connect.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "client/proxy.h"
#include "commands/ca/default_identity.h"
#include "commands/errors.h"
#include "commands/key_files.h"

namespace step::commands {
namespace {

Result<client::CaClient> open(const cli::Context& context, client::Connection connection) {
    STEP_ASSIGN(http::Client::Options transport, transport_to(context, connection.url));
    connection.proxy = std::move(transport.proxy);
    connection.source = std::move(transport.source);
    return client::connect(connection, context.random);
}

Result<std::vector<x509::Certificate>> read_chain(const std::string& file) {
    const auto text = read_file(file);
    if (!text) {
        return reading_open(file, text.error());
    }
    auto chain = x509::parse_certificates_pem(*text);
    if (!chain) {
        return invalid(
            fmt::format("error reading certificate chain: {}: {}", file, chain.error().detail));
    }
    return chain;
}

}  // namespace

Result<std::string> ca_url(const cli::Context& context) {
    const std::string text = context.args.get("ca-url");
    if (text.empty()) {
        return text;
    }
    auto url = client::parse_ca_url(text);
    if (!url) {
        return invalid_flag("ca-url", text, url.error().detail);
    }
    return url;
}

Result<std::string> require_ca_url(const cli::Context& context) {
    STEP_ASSIGN(std::string url, ca_url(context));
    if (url.empty()) {
        return context.args.missing_flag("ca-url");
    }
    return url;
}

Status require_ca_url_or_token(const cli::Context& context) {
    if (context.args.flag("offline")) {
        return ok();
    }
    STEP_ASSIGN(const std::string url, ca_url(context));
    return !url.empty() ? ok()
                        : Status(invalid(
                              "flag '--ca-url' is required unless the '--token' flag is provided"));
}

Result<std::vector<Bytes>> root_certificates(const cli::Context& context) {
    std::string file = context.args.get("root");
    if (file.empty()) {
        file = join_path(context.steppath, "certs/root_ca.crt");
        if (kind_of(file) == Kind::kNothing) {
            return context.args.missing_flag("root");
        }
    }
    const auto text = read_file(file);
    if (!text) {
        return reading_open(file, text.error());
    }
    const auto certificates = x509::parse_certificates_pem(*text);
    if (!certificates) {
        return invalid(fmt::format("error parsing {}: no certificates found", file));
    }
    std::vector<Bytes> roots;
    for (const x509::Certificate& certificate : *certificates) {
        roots.push_back(certificate.der);
    }
    return roots;
}

Result<client::CaClient> connect(const cli::Context& context, client::Connection connection) {
    std::optional<Identity> identity;
    if (connection.chain.empty()) {
        identity = default_identity(context);
    }
    if (identity) {
        connection.chain = identity->der();
        connection.key = &identity->key;
    }
    return connect_as_is(context, std::move(connection));
}

Result<client::CaClient> connect_as_is(const cli::Context& context, client::Connection connection) {
    if (connection.url.empty()) {
        STEP_ASSIGN(connection.url, require_ca_url(context));
    }
    if (connection.roots.empty()) {
        STEP_ASSIGN(connection.roots, root_certificates(context));
    }
    return open(context, std::move(connection));
}

Result<http::Client::Options> transport_to(const cli::Context& context, const std::string& url) {
    const auto value = [&](const char* name) { return context.environment.get(name).value_or(""); };
    if (!value("STEP_TLS_TUNNEL").empty()) {
        return Error{.code = Code::kUnsupported,
                     .detail = "STEP_TLS_TUNNEL is set, but tunnels are not supported"};
    }
    STEP_ASSIGN(std::string proxy, client::proxy_for(url, context.environment));
    return http::Client::Options{.proxy = std::move(proxy), .source = value("STEP_CLIENT_ADDR")};
}

Result<client::CaClient> connect_insecurely(const cli::Context& context, const std::string& url) {
    return open(context, {.url = url, .insecure = true});
}

Result<client::CaClient> connect_for_token(const cli::Context& context, const TokenFacts& token) {
    STEP_ASSIGN(std::string url, ca_url(context));
    client::Connection connection;
    if (!token.root_digest.empty() && to_lower(token.audience).starts_with("http")) {
        if (url.empty()) {
            STEP_ASSIGN(url, client::parse_ca_url(token.audience));
        }
        STEP_ASSIGN(client::CaClient anyone, connect_insecurely(context, url));
        STEP_ASSIGN(Bytes root, explained(anyone.root(token.root_digest),
                                          "error downloading root certificate: "));
        connection.roots = {std::move(root)};
    }
    connection.url = url;
    return connect(context, std::move(connection));
}

std::vector<Bytes> Identity::der() const {
    std::vector<Bytes> out;
    out.reserve(chain.size());
    for (const x509::Certificate& certificate : chain) {
        out.push_back(certificate.der);
    }
    return out;
}

Result<crypto::PrivateKey> read_key(cli::Context& context, const std::string& file) {
    return read_private_key(
        context, file,
        context.args.declared("password-file") ? context.args.get("password-file") : "");
}

Result<Identity> read_identity(cli::Context& context, const std::string& certificate_file,
                               const std::string& key_file) {
    STEP_ASSIGN(std::vector<x509::Certificate> chain, read_chain(certificate_file));
    auto key = read_key(context, key_file);
    if (!key) {
        return std::move(key).error();
    }
    STEP_ASSIGN(const crypto::PublicKey certified, chain.front().public_key());
    if (!(certified == key->public_key())) {
        return invalid(fmt::format("the key in {} does not belong to the certificate in {}",
                                   key_file, certificate_file));
    }
    return Identity{.chain = std::move(chain), .key = *std::move(key)};
}

Status reload_identity(cli::Context& context, const std::string& certificate_file,
                       const std::string& key_file, Identity& identity) {
    STEP_ASSIGN(std::vector<x509::Certificate> chain, read_chain(certificate_file));
    STEP_ASSIGN(const crypto::PublicKey certified, chain.front().public_key());
    if (certified == identity.key.public_key()) {
        identity.chain = std::move(chain);
        return ok();
    }
    STEP_ASSIGN(identity, read_identity(context, certificate_file, key_file));
    return ok();
}

}  // namespace step::commands
