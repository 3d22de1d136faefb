#include "base/ip.h"
#include "base/time.h"
#include "x509/inspect.h"
#include "x509/inspect_parts.h"

namespace step::x509 {

namespace {

/// Serials and credential identifiers by their ends.
std::string abbreviate(const std::string& text) {
    return text.size() <= 8 ? text : text.substr(0, 4) + "..." + text.substr(text.size() - 4);
}

std::string subject_block(const std::string& common_name, const AltNames& names) {
    std::vector<std::string> lines;
    if (!common_name.empty()) {
        lines.push_back(common_name);
    }
    const auto add = [&](const std::string& name) {
        if (name != common_name) {
            lines.push_back(name);
        }
    };
    std::for_each(names.dns.begin(), names.dns.end(), add);
    for (const Bytes& ip : names.ips) {
        add(format_ip(ip));
    }
    std::for_each(names.emails.begin(), names.emails.end(), add);
    std::for_each(names.uris.begin(), names.uris.end(), add);
    if (lines.empty()) {
        return "  Subject: \n";
    }
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        out += (i == 0 ? "  Subject:     " : "               ") + lines[i] + "\n";
    }
    return out;
}

std::string kind_of_certificate(const Certificate& certificate) {
    if (!certificate.is_ca()) {
        return "TLS";
    }
    // As Go checks a signature by a parent: the key may sign certificates, and not with SHA-1.
    const auto scheme = certificate.algorithm.scheme;
    const bool sha1 = scheme == crypto::SignatureScheme::kEcdsaSha1 ||
                      scheme == crypto::SignatureScheme::kRsaSha1;
    const std::uint32_t usage = certificate.key_usage.value_or(key_usage::kCertSign);
    const auto key = certificate.public_key();
    const bool self =
        key && !sha1 && (usage & key_usage::kCertSign) != 0 && check_signature(certificate, *key);
    return self ? "Root CA" : "Intermediate CA";
}

}  // namespace

std::string inspect_short(const Certificate& certificate) {
    std::string out = "X.509v3 " + kind_of_certificate(certificate) + " Certificate (" +
                      parts::short_key_label(parts::view_key(certificate.spki)) +
                      ") [Serial: " + abbreviate(certificate.serial_text()) + "]\n";
    out += subject_block(certificate.subject.common_name(), certificate.names);
    out += "  Issuer:      " + certificate.issuer.common_name() + "\n";
    if (const Extension* extension = certificate.find(oid::kStepProvisioner)) {
        if (const auto provisioner = parts::parse_provisioner(extension->value)) {
            out += "  Provisioner: " + provisioner->name;
            if (!provisioner->credential_id.empty()) {
                out += " [ID: " + abbreviate(provisioner->credential_id) + "]";
            }
            out += "\n";
        }
    }
    out += "  Valid from:  " + format_rfc3339(certificate.not_before) + "\n";
    out += "          to:  " + format_rfc3339(certificate.not_after) + "\n";
    return out;
}

std::string inspect_short(const UncheckedCsr& request) {
    return "X.509v3 Certificate Signing Request (" +
           parts::short_key_label(parts::view_key(request.spki)) + ")\n" +
           subject_block(request.subject.common_name(), request.names);
}

}  // namespace step::x509
