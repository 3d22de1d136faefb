#include "commands/certificate/making.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/time.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

Result<std::optional<SysSeconds>> parse_moment(cli::Context& context, std::string_view flag) {
    const std::string text = context.args.get(flag);
    if (text.empty()) {
        return std::optional<SysSeconds>();
    }
    if (const auto time = parse_rfc3339(text)) {
        return std::optional(std::chrono::floor<std::chrono::seconds>(*time));
    }
    const auto duration = parse_duration(text);
    if (!duration) {
        return invalid_flag(flag, text);
    }
    return std::optional(std::chrono::floor<std::chrono::seconds>(
        context.clock.now() + std::chrono::floor<std::chrono::microseconds>(*duration)));
}

}  // namespace

Result<Validity> parse_validity(cli::Context& context) {
    Validity validity;
    STEP_ASSIGN(validity.from, parse_moment(context, "not-before"));
    STEP_ASSIGN(validity.to, parse_moment(context, "not-after"));
    if (validity.from && validity.to && *validity.from > *validity.to) {
        return flag_incompatible_value("not-before " + context.args.get("not-before"), "not-after",
                                       context.args.get("not-after"));
    }
    return validity;
}

Status apply_validity(cli::Context& context, const Validity& validity, std::chrono::hours lifetime,
                      x509::Draft& draft) {
    draft.not_before =
        validity.from.value_or(std::chrono::floor<std::chrono::seconds>(context.clock.now()));
    draft.not_after = validity.to.value_or(draft.not_before + lifetime);
    const bool over =
        validity.from ? draft.not_before > draft.not_after : draft.not_before >= draft.not_after;
    if (over) {
        return invalid(
            fmt::format("invalid value '{}' for flag '--not-after': certificate is already expired",
                        context.args.get("not-after")));
    }
    constexpr int kLastYear = 9999;  // RFC 5280 4.1.2.5.2
    if (to_calendar(draft.not_after).year > kLastYear) {
        return invalid(
            "error creating certificate: asn1: structure error: cannot represent time as "
            "GeneralizedTime");
    }
    return ok();
}

Bytes random_serial(Random& random) {
    constexpr std::size_t kOctets = 16;
    Bytes serial = random.bytes(kOctets);
    if (serial == Bytes(kOctets, '\0')) {
        serial.back() = '\1';
    }
    return serial;
}

Result<Bytes> sign_plan(cli::Context& context, const profile::CertificatePlan& plan,
                        const crypto::PublicKey& key, const Signer& signer,
                        const Validity& validity, std::chrono::hours lifetime) {
    const crypto::PublicKey& signing_key = signer.key->public_key();
    STEP_ASSIGN(const crypto::SignatureScheme scheme,
                profile::choose_scheme(plan, signing_key, crypto::default_scheme(signing_key)));
    x509::Draft draft = profile::to_draft(plan, key);
    STEP_TRY(apply_validity(context, validity, lifetime, draft));
    const bool by_itself = signer.certificate == nullptr;
    const Bytes issuer = by_itself ? draft.subject_der : signer.certificate->subject_der;
    if (!by_itself && issuer != draft.subject_der && signer.certificate->subject_key_id) {
        draft.authority_key_id = *signer.certificate->subject_key_id;
    }
    const Bytes serial = plan.serial ? *plan.serial : random_serial(context.random);
    return x509::sign_draft(draft, serial, issuer, *signer.key, scheme);
}

Status refuse_key_stores(const cli::Args& args) {
    for (const std::string_view flag : {"kms", "ca-kms"}) {
        if (args.declared(flag) && !args.get(flag).empty()) {
            return Error{.code = Code::kUnsupported,
                         .detail = fmt::format("flag '--{}' is not supported by this version: it "
                                               "needs key stores",
                                               flag)};
        }
    }
    return ok();
}

}  // namespace step::commands
