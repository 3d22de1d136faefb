#include "profile/usages.h"

#include "base/text.h"
#include "x509/certificate.h"

namespace step::profile {
namespace {

struct Usage {
    std::string_view name;
    std::string_view oid;  ///< Contents octets.
};

template <std::size_t size>
constexpr std::string_view octets(const char (&literal)[size]) {
    return {literal, size - 1};
}

/// In the order of Go's x509.ExtKeyUsage.
constexpr Usage kUsages[] = {
    {"any", octets("\x55\x1d\x25\x00")},
    {"serverAuth", octets("\x2b\x06\x01\x05\x05\x07\x03\x01")},
    {"clientAuth", octets("\x2b\x06\x01\x05\x05\x07\x03\x02")},
    {"codeSigning", octets("\x2b\x06\x01\x05\x05\x07\x03\x03")},
    {"emailProtection", octets("\x2b\x06\x01\x05\x05\x07\x03\x04")},
    {"ipsecEndSystem", octets("\x2b\x06\x01\x05\x05\x07\x03\x05")},
    {"ipsecTunnel", octets("\x2b\x06\x01\x05\x05\x07\x03\x06")},
    {"ipsecUser", octets("\x2b\x06\x01\x05\x05\x07\x03\x07")},
    {"timeStamping", octets("\x2b\x06\x01\x05\x05\x07\x03\x08")},
    {"ocspSigning", octets("\x2b\x06\x01\x05\x05\x07\x03\x09")},
    {"microsoftServerGatedCrypto", octets("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03")},
    {"netscapeServerGatedCrypto", octets("\x60\x86\x48\x01\x86\xf8\x42\x04\x01")},
    {"microsoftCommercialCodeSigning", octets("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x16")},
    {"microsoftKernelCodeSigning", octets("\x2b\x06\x01\x04\x01\x82\x37\x3d\x01\x01")}};

constexpr std::pair<std::uint32_t, std::string_view> kKeyUsages[] = {
    {x509::key_usage::kDigitalSignature, "digitalSignature"},
    {x509::key_usage::kContentCommitment, "contentCommitment"},
    {x509::key_usage::kKeyEncipherment, "keyEncipherment"},
    {x509::key_usage::kDataEncipherment, "dataEncipherment"},
    {x509::key_usage::kKeyAgreement, "keyAgreement"},
    {x509::key_usage::kCertSign, "certSign"},
    {x509::key_usage::kCrlSign, "crlSign"},
    {x509::key_usage::kEncipherOnly, "encipherOnly"},
    {x509::key_usage::kDecipherOnly, "decipherOnly"}};

}  // namespace

std::span<const std::pair<std::uint32_t, std::string_view>> key_usage_names() {
    return kKeyUsages;
}

std::optional<asn1::Oid> extended_key_usage(std::string_view name) {
    std::string plain(name);
    std::erase(plain, '_');
    for (const Usage& known : kUsages) {
        if (equal_fold(known.name, plain)) {
            return asn1::Oid::constant(known.oid);
        }
    }
    return std::nullopt;
}

std::optional<int> extended_key_usage_number(const asn1::Oid& usage) {
    int number = 0;
    for (const Usage& known : kUsages) {
        if (known.oid == usage.der()) {
            return number;
        }
        ++number;
    }
    return std::nullopt;
}

std::string_view extended_key_usage_name(int number) {
    return kUsages[number].name;
}

}  // namespace step::profile
