#include "provisioner/aws_keys.h"

#include <algorithm>

#include "base/pem.h"
#include "base/text.h"
#include "x509/certificate.h"

namespace step::provisioner {
namespace {

constexpr std::string_view kPublished =
#include "provisioner/aws_certificates.pem.inc"
    ;

Error unreadable(const std::string& why) {
    return {.code = Code::kInvalidArgument, .detail = "error parsing AWS IID certificate: " + why};
}

/// "# us-east-1, us-east-2" as the last line before a certificate.
std::vector<std::string> regions_above(std::string_view before) {
    before = trim(before);
    const std::size_t line = before.rfind('\n');
    before = line == std::string_view::npos ? before : before.substr(line + 1);
    std::vector<std::string> regions;
    if (!before.starts_with("#")) {
        return regions;
    }
    for (const std::string& one : split(before.substr(1), ',')) {
        regions.emplace_back(trim(one));
    }
    return regions;
}

}  // namespace

Result<AwsKeys> AwsKeys::published() {
    return read(kPublished);
}

Result<AwsKeys> AwsKeys::read(std::string_view pem) {
    AwsKeys made;
    bool any = false;
    while (const std::optional<PemStep> step = next_pem(pem)) {
        const std::string_view before = pem.substr(0, pem.find("-----BEGIN"));
        pem.remove_prefix(step->rest);
        if (step->block.type != "CERTIFICATE" || !step->block.headers.empty()) {
            continue;
        }
        const Result<x509::Certificate> certificate = x509::parse_certificate(step->block.bytes);
        if (!certificate) {
            return unreadable(certificate.error().detail);
        }
        any = true;
        const Result<crypto::PublicKey> key = certificate->public_key();
        if (!key || key->kind() != crypto::KeyKind::kRsa) {
            continue;  // It signs no document.
        }
        std::vector<std::string> regions = regions_above(before);
        const auto known = std::ranges::find(made.keys_, *key, &Key::key);
        if (known == made.keys_.end()) {
            made.keys_.push_back({.key = *key, .regions = std::move(regions)});
        } else {
            known->regions.insert(known->regions.end(), regions.begin(), regions.end());
        }
    }
    if (!any) {
        return unreadable("no certificates found");
    }
    return made;
}

bool AwsKeys::signed_by_any(ByteView document, ByteView signature, std::string_view region) const {
    const auto is_likely = [&](const Key& one) {
        return std::find(one.regions.begin(), one.regions.end(), region) != one.regions.end();
    };
    const auto fits = [&](const Key& one, bool likely) {
        return is_likely(one) == likely &&
               one.key.verify(crypto::SignatureScheme::kRsaSha256, document, signature);
    };
    return std::ranges::any_of(keys_, [&](const Key& one) { return fits(one, true); }) ||
           std::ranges::any_of(keys_, [&](const Key& one) { return fits(one, false); });
}

}  // namespace step::provisioner
