#include <algorithm>

#include "app/check_impl.h"
#include "base/text.h"

namespace step::app {
namespace {

using x509::Certificate;

/// "certificate 2 of crt (CN=Example Intermediate CA)"
std::string called(std::string_view key, std::size_t index, std::size_t count,
                   const Certificate& certificate) {
    return (count == 1 ? "the certificate of "
                       : "certificate " + std::to_string(index + 1) + " of ") +
           std::string(key) + " (" + quote(certificate.subject.text()) + ")";
}

void check_dates(const Certificate& certificate, std::string_view key, const std::string& name,
                 SysSeconds now, Findings& findings) {
    if (now > certificate.not_after) {
        findings.warn(key, name + " expired on " + format_rfc3339(certificate.not_after),
                      "have a new one issued: clients refuse everything below it");
    } else if (now < certificate.not_before) {
        findings.warn(key, name + " is not valid before " + format_rfc3339(certificate.not_before),
                      "check the clock of this machine, or wait");
    }
}

bool may_sign(const Certificate& certificate) {
    const std::uint32_t usage = certificate.key_usage.value_or(0);
    return usage == 0 || (usage & x509::key_usage::kCertSign) != 0;
}

void check_authority(const Certificate& certificate, std::string_view key, const std::string& name,
                     Findings& findings) {
    // Version 1 roots have no extensions (RFC 5280 6.1.4 (k) leaves them to the verifier).
    if (!certificate.is_ca() && certificate.version == 3) {
        findings.warn(key, name + " is not a certificate authority",
                      "use one with basicConstraints CA:TRUE");
    }
    if (!may_sign(certificate)) {
        findings.warn(key, name + " may not sign certificates",
                      "use one whose key usage has certSign, or has no key usage");
    }
    if (certificate.unhandled_critical) {
        findings.warn(key, name + " has a critical extension that clients may not know",
                      "have it issued without");
    }
}

/// RFC 5280 4.2.1.9: how many intermediates may follow below.
void check_path_length(const Certificate& certificate, std::size_t below, std::string_view key,
                       const std::string& name, Findings& findings) {
    const auto length = certificate.basic_constraints ? certificate.basic_constraints->path_length
                                                      : std::optional<std::uint32_t>();
    if (length && *length < below) {
        findings.warn(key,
                      name + " allows " + std::to_string(*length) +
                          " intermediate certificates below it, and there are " +
                          std::to_string(below),
                      "have it issued with a longer path length");
    }
}

void check_usage(const Certificate& certificate, std::string_view key, const std::string& name,
                 Findings& findings) {
    const auto& allowed = certificate.extended_key_usage;
    const auto has = [&](const asn1::Oid& usage) {
        return std::ranges::any_of(*allowed, [&](const asn1::Oid& id) {
            return id == usage || id == x509::oid::kAnyExtendedKeyUsage;
        });
    };
    if (allowed && !(has(x509::oid::kServerAuth) && has(x509::oid::kClientAuth))) {
        findings.warn(key, name + " does not allow both serverAuth and clientAuth below it",
                      "have it issued without an extended key usage");
    }
}

bool issued(const Certificate& issuer, const Certificate& certificate) {
    const Result<crypto::PublicKey> key = issuer.public_key();
    return issuer.subject_der == certificate.issuer_der && key &&
           x509::check_signature(certificate, *key);
}

}  // namespace

void check_chain(const Certificates& certificates, SysSeconds now, Duration longest_lifetime,
                 Findings& findings) {
    const std::vector<Certificate>& chain = certificates.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const std::string name = called("crt", i, chain.size(), chain[i]);
        check_dates(chain[i], "crt", name, now, findings);
        check_authority(chain[i], "crt", name, findings);
        check_path_length(chain[i], i, "crt", name, findings);
        check_usage(chain[i], "crt", name, findings);
        if (i + 1 < chain.size() && !issued(chain[i + 1], chain[i])) {
            findings.warn("crt", name + " was not issued by the one behind it",
                          "order the file from the issuing certificate upwards");
        }
    }
    for (std::size_t i = 0; i < certificates.roots.size(); ++i) {
        const Certificate& root = certificates.roots[i];
        const std::string name = called("root", i, certificates.roots.size(), root);
        check_dates(root, "root", name, now, findings);
        check_authority(root, "root", name, findings);
    }
    for (std::size_t i = 0; i < certificates.federated.size(); ++i) {
        const Certificate& root = certificates.federated[i];
        check_dates(root, "federatedRoots",
                    called("federatedRoots", i, certificates.federated.size(), root), now,
                    findings);
    }
    if (chain.empty() || certificates.roots.empty()) {
        return;
    }
    const auto above = std::ranges::find_if(certificates.roots, [&](const Certificate& root) {
        return root.der == chain.back().der || issued(root, chain.back());
    });
    if (above == certificates.roots.end()) {
        findings.warn("crt",
                      "no certificate of root issued " +
                          called("crt", chain.size() - 1, chain.size(), chain.back()),
                      "put the missing intermediates behind it, or name the right root");
    } else if (above->der != chain.back().der) {
        check_path_length(*above, chain.size(), "root", "the root certificate above crt", findings);
    }
    const SysSeconds end = chain.front().not_after;
    if (now <= end && now + longest_lifetime > end) {
        findings.warn("crt",
                      called("crt", 0, chain.size(), chain.front()) + " ends on " +
                          format_rfc3339(end) +
                          ", before the longest certificates that it may sign from now on",
                      "have a new one issued");
    }
}

}  // namespace step::app
