#include "challenge/alpn_certificate.h"

#include "asn1/reader.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "net/address.h"
#include "x509/certificate.h"

namespace step::challenge {
namespace {

// 1.3.6.1.5.5.7.1.31, and 1.3.6.1.5.5.7.1.30.1 of the drafts before RFC 8737.
constexpr std::string_view kAcmeIdentifier = "\x2b\x06\x01\x05\x05\x07\x01\x1f",
                           kObsolete = "\x2b\x06\x01\x05\x05\x07\x01\x1e\x01";

const x509::Extension* find(const x509::Certificate& certificate, std::string_view id) {
    return certificate.find(asn1::Oid::constant(id));
}

Error incorrect(std::string_view why) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("incorrect certificate for tls-alpn-01 challenge: {}", why)};
}

bool names_only(const x509::Certificate& certificate, std::string_view identifier) {
    const x509::AltNames& names = certificate.names;
    if (names.size() != 1 || !certificate.other_names.empty()) {
        return false;
    }
    if (const auto wanted = net::Address::parse(identifier)) {
        return names.ips.size() == 1 && net::Address::from_octets(names.ips[0]) == wanted;
    }
    return names.dns.size() == 1 && equal_fold(names.dns[0], identifier);
}

}  // namespace

Status check_alpn_certificate(ByteView der, std::string_view identifier,
                              ByteView key_authorization) {
    const auto certificate = x509::parse_certificate(der);
    if (!certificate) {
        return incorrect("it cannot be read");
    }
    if (!names_only(*certificate, identifier)) {
        return incorrect(fmt::format(
            "leaf certificate must contain a single IP address or DNS name, {}", identifier));
    }
    const x509::Extension* const proof = find(*certificate, kAcmeIdentifier);
    if (proof == nullptr) {
        return incorrect(find(*certificate, kObsolete) != nullptr
                             ? "obsolete id-pe-acmeIdentifier in acmeValidationV1 extension"
                             : "missing acmeValidationV1 extension");
    }
    if (!proof->critical) {
        return incorrect("acmeValidationV1 extension not critical");
    }
    const Bytes wanted = crypto::sha256(key_authorization);
    asn1::Reader reader(proof->value);
    const auto digest = reader.read(asn1::Tag::kOctetString);
    if (!digest || !reader.at_end() || digest->size() != wanted.size()) {
        return incorrect("malformed acmeValidationV1 extension value");
    }
    if (!crypto::equal_secrets(*digest, wanted)) {
        return incorrect(
            "acmeValidationV1 extension value is not the digest of the key authorization");
    }
    return ok();
}

}  // namespace step::challenge
