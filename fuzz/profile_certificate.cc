#include <cstdlib>
#include <string_view>

#include "crypto/key.h"
#include "fuzz/fuzz.h"
#include "profile/plan.h"
#include "profile/show.h"
#include "x509/san.h"

namespace {

/// The alternative names that will stand in the certificate.
step::x509::ParsedAltNames carried(const step::profile::CertificatePlan& plan) {
    for (const step::x509::Extension& extension : plan.extensions) {
        if (extension.id == step::x509::oid::kSubjectAltName) {
            const auto parsed = step::x509::parse_alt_names(extension.value);
            return parsed ? *parsed : step::x509::ParsedAltNames();
        }
    }
    return {.names = plan.names};
}

/// Whether clients can read what would be signed; any signature will do.
bool can_be_read(const step::profile::CertificatePlan& plan) {
    constexpr auto kScheme = step::crypto::SignatureScheme::kEd25519;
    static const auto kKey = *step::crypto::PublicKey::from_ed25519(std::string(32, '\1'));
    const step::x509::Draft draft = step::profile::to_draft(plan, kKey);
    const std::string tbs =
        step::x509::encode_tbs(draft, "\1", step::x509::encode_name({}), kScheme);
    return static_cast<bool>(
        step::x509::parse_certificate(step::x509::assemble(tbs, kScheme, std::string(64, '\1'))));
}

}  // namespace

FUZZ_TARGET(profile_certificate) {
    const std::string_view json(reinterpret_cast<const char*>(input.data()), input.size());
    const auto plan = step::profile::decode_certificate(json);
    if (!plan) {
        const step::Error& error = plan.error();
        if (error.detail.empty() || (!error.has_reason(step::profile::kBadOutput) &&
                                     !error.has_reason(step::profile::kBadContent))) {
            std::abort();
        }
        return;
    }
    // No name can hide from policies: what the certificate carries is what they see.
    const step::x509::ParsedAltNames seen = carried(*plan);
    if (seen.names.dns != plan->names.dns || seen.names.emails != plan->names.emails ||
        seen.names.ips != plan->names.ips || seen.others != plan->other_names ||
        seen.names.uris.size() != plan->names.uris.size()) {
        std::abort();
    }
    const auto name = step::x509::parse_name(step::profile::encode_subject(*plan));
    if (!name || name->values(step::x509::oid::kCommonName).size() <
                     step::profile::common_names(*plan).size()) {
        std::abort();
    }
    if (!can_be_read(*plan)) {
        std::abort();
    }
    if (!step::profile::show_certificate(json)) {
        std::abort();
    }
}
