#include "profile/plan.h"

#include "profile/decode_impl.h"

namespace step::profile {
namespace {

Error bad_content(std::string detail) {
    return {.code = Code::kInvalidArgument,
            .detail = "error creating certificate: " + std::move(detail),
            .reason = kBadContent};
}

x509::Name name_of(const CertificatePlan& plan) {
    return impl::assemble_name(plan.subject, plan.extra_names);
}

bool fits(crypto::SignatureScheme scheme, crypto::KeyKind kind) {
    using crypto::KeyKind;
    using crypto::SignatureScheme;
    switch (scheme) {
        case SignatureScheme::kEcdsaSha1:
        case SignatureScheme::kEcdsaSha256:
        case SignatureScheme::kEcdsaSha384:
        case SignatureScheme::kEcdsaSha512:
            return kind == KeyKind::kEcP256 || kind == KeyKind::kEcP384 || kind == KeyKind::kEcP521;
        case SignatureScheme::kEd25519:
            return kind == KeyKind::kEd25519;
        default:
            return kind == KeyKind::kRsa;
    }
}

/// All that has nothing to do with the key.
x509::Draft draft_of(const CertificatePlan& plan) {
    return {.subject_der = encode_subject(plan),
            .key_usage = plan.key_usage,
            .extended_key_usage = plan.extended_key_usage,
            .basic_constraints = plan.basic_constraints,
            .subject_key_id = plan.subject_key_id,
            .authority_key_id = plan.authority_key_id,
            .ocsp_servers = plan.ocsp_servers,
            .issuer_urls = plan.issuer_urls,
            .names = plan.names,
            .policies = plan.policies,
            .name_constraints = plan.name_constraints,
            .crl_urls = plan.crl_urls,
            .extra = plan.extensions};
}

}  // namespace

Bytes encode_subject(const CertificatePlan& plan) {
    return plan.raw_subject.empty() ? x509::encode_name(name_of(plan)) : plan.raw_subject;
}

std::vector<std::string> common_names(const CertificatePlan& plan) {
    std::vector<std::string> found;
    if (plan.raw_subject.empty()) {
        found = name_of(plan).values(x509::oid::kCommonName);
    } else if (const auto name = x509::parse_name(plan.raw_subject)) {
        found = name->values(x509::oid::kCommonName);
    }
    std::erase(found, "");
    return found;
}

x509::Draft to_draft(const CertificatePlan& plan, const crypto::PublicKey& key) {
    x509::Draft draft = draft_of(plan);
    draft.spki = key.spki();
    if (draft.subject_key_id.empty()) {
        draft.subject_key_id = x509::key_id(key);
    }
    return draft;
}

Status impl::check_certificate(const CertificatePlan& plan) {
    // All else was checked when it was read; making and parsing costs as much as the template.
    const bool has_raw_parts = !plan.extensions.empty() || !plan.raw_subject.empty() ||
                               !plan.extra_names.empty() || !plan.names.uris.empty() ||
                               plan.name_constraints.has_value() || plan.policies.size() > 1;
    if (!has_raw_parts) {
        return ok();
    }
    // Any key and any signature will do.
    constexpr std::string_view kEd25519Spki("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0", 12);
    constexpr auto kScheme = crypto::SignatureScheme::kEd25519;
    constexpr std::size_t kOctets = 32;
    x509::Draft draft = draft_of(plan);
    draft.spki = Bytes(kEd25519Spki) + Bytes(kOctets, '\1');
    const Bytes tbs = x509::encode_tbs(draft, "\1", x509::encode_name({}), kScheme);
    const auto parsed =
        x509::parse_certificate(x509::assemble(tbs, kScheme, Bytes(2 * kOctets, '\1')));
    if (!parsed) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "error parsing certificate: " + parsed.error().detail,
                     .reason = kBadContent};
    }
    return ok();
}

Result<crypto::SignatureScheme> choose_scheme(const CertificatePlan& plan,
                                              const crypto::PublicKey& issuer_key,
                                              crypto::SignatureScheme otherwise) {
    if (!plan.scheme) {
        return otherwise;
    }
    if (!fits(*plan.scheme, issuer_key.kind())) {
        return bad_content("x509: requested SignatureAlgorithm does not match private key type");
    }
    return *plan.scheme;
}

}  // namespace step::profile
