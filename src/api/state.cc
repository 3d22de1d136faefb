#include <set>

#include <fmt/core.h>

#include "api/state_impl.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "issuance/issue.h"
#include "json/write.h"
#include "x509/certificate.h"

namespace step::api {
namespace {

constexpr const char* kCompatible = "0.30.2";

std::string json_pem(ByteView der) {
    std::string text;
    json::append_string(text, x509::encode_certificate_pem(der));
    return text;
}

/// {"crts":[…]} and the same as concatenated PEM.
struct Listing {
    std::string json = R"({"crts":[)";
    std::string pem{};
    void add(const x509::Certificate& certificate) {
        json += (pem.empty() ? "" : ",") + json_pem(certificate.der);
        pem += x509::encode_certificate_pem(certificate.der);
    }
    void close() { json += "]}\n"; }
};

Listing list(const std::vector<x509::Certificate>& certificates) {
    Listing listing;
    for (const x509::Certificate& certificate : certificates) {
        listing.add(certificate);
    }
    listing.close();
    return listing;
}

std::string encode_tls_options(const TlsOptions& tls) {
    std::string text = R"({"cipherSuites":[)";
    const char* separator = "";
    for (const std::string& suite : tls.cipher_suites) {
        text += separator;
        json::append_string(text, suite);
        separator = ",";
    }
    return text + fmt::format(R"(],"minVersion":{},"maxVersion":{},"renegotiation":{}}})",
                              tls.min_version, tls.max_version, tls.renegotiation);
}

}  // namespace

State::State(const Deps& given) : deps(given) {
    const issuance::Authority& authority = deps.issuer.authority();
    const Listing root_list = list(authority.roots), chain = list(authority.chain);
    roots = root_list.json;
    roots_pem = root_list.pem;
    intermediates = chain.json;
    intermediates_pem = chain.pem;

    Listing federated;
    for (const auto* certificates : {&authority.roots, &authority.federated_roots}) {
        for (const x509::Certificate& root : *certificates) {
            std::string answer = R"({"ca":)" + json_pem(root.der) + "}\n";
            if (root_by_sha.emplace(encode_hex(crypto::sha256(root.der)), std::move(answer))
                    .second) {
                federated.add(root);
            }
        }
    }
    federated.close();
    federation = federated.json;

    version = R"({"version":)";
    json::append_string(version, deps.version);
    version += fmt::format(R"(,"compatible":"{}"}})", kCompatible) + "\n";

    before_chain_ = R"(,"ca":)" + json_pem(authority.chain.front().der) + R"(,"certChain":[)";
    for (const x509::Certificate& above : authority.chain) {
        after_leaf_ += "," + json_pem(above.der);
    }
    after_leaf_ += R"(],"tlsOptions":)" + encode_tls_options(deps.tls) + "}\n";
}

std::string State::certificate_answer(ByteView leaf) const {
    const std::string pem = json_pem(leaf);
    std::string body;
    body.reserve(2 * pem.size() + before_chain_.size() + after_leaf_.size() + 8);
    body += R"({"crt":)";
    body += pem;
    body += before_chain_;
    body += pem;
    body += after_leaf_;
    return body;
}

}  // namespace step::api
