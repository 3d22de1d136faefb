#include "issuance/decide.h"

#include <algorithm>

#include "issuance/final_check.h"
#include "issuance/request_check.h"
#include "issuance/rules.h"
#include "issuance/shape.h"

namespace step::issuance {
namespace {

/// What clients of the original hear of several failures.
constexpr const char* kNotCreated = "error creating certificate";

/// `authority.template`: what the certificate leaves empty.
x509::Subject with_defaults(x509::Subject subject, const x509::Subject& defaults) {
    using List = std::vector<std::string> x509::Subject::*;
    for (const List list : {&x509::Subject::country, &x509::Subject::organization,
                            &x509::Subject::organizational_unit, &x509::Subject::locality,
                            &x509::Subject::province, &x509::Subject::street_address}) {
        if ((subject.*list).empty()) {
            subject.*list = defaults.*list;
        }
    }
    if (subject.serial_number.empty()) {
        subject.serial_number = defaults.serial_number;
    }
    if (subject.common_name.empty()) {
        subject.common_name = defaults.common_name;
    }
    return subject;
}

/// What the request says, else what the template says.
TimeOrDuration said(const TimeOrDuration& request, const std::optional<SysSeconds>& by_template) {
    if (request.said() || !by_template) {
        return request;
    }
    return {.time = SysTime(*by_template)};
}

/// The extension that names the provisioner is ours to give: it replaces one that the template has
/// (which may come from the CSR), and where it is switched off nobody else's stays.
void set_provisioner_extension(profile::CertificatePlan& plan, const Grant& grant) {
    auto& all = plan.extensions;
    const auto found = std::ranges::find(all, x509::oid::kStepProvisioner, &x509::Extension::id);
    if (!grant.extension) {
        std::erase_if(all,
                      [](const x509::Extension& e) { return e.id == x509::oid::kStepProvisioner; });
    } else if (found == all.end()) {
        all.push_back(x509::encode_step_provisioner(*grant.extension));
    } else {
        *found = x509::encode_step_provisioner(*grant.extension);
    }
}

/// `forceCN` of a provisioner.
Status force_common_name(profile::CertificatePlan& plan, const Grant& grant) {
    if (!grant.force_common_name || !plan.subject.common_name.empty()) {
        return ok();
    }
    if (plan.names.dns.empty()) {
        return Error{.code = Code::kForbidden,
                     .detail = "error validating certificate",
                     .cause = "cannot force common name, DNS names is empty"};
    }
    plan.subject.common_name = plan.names.dns.front();
    return ok();
}

/// How a client hears of a name that a policy cannot judge.
struct Undecided {
    Code code;
    const char* detail;
};
constexpr Undecided kRefusedByProvisioner{Code::kForbidden, "error validating certificate"};
constexpr Undecided kByAuthority{Code::kInternal, kNotCreated};

/// Every common name and all alternative names. What the policy said stays in the cause.
Status check_policy(const policy::X509Policy& policy, const std::vector<std::string>& common_names,
                    const x509::ParsedAltNames& names, const Undecided& undecided) {
    for (const std::string& common_name : common_names) {
        Status allowed = policy.check(common_name, names);
        if (!allowed && !allowed.error().has_reason(policy::kNotAllowed)) {
            return Error{.code = undecided.code,
                         .detail = undecided.detail,
                         .cause = allowed.error().detail + ": " + allowed.error().cause,
                         .reason = undecided.code == Code::kInternal ? kRuleUndecided : nullptr};
        }
        STEP_TRY(std::move(allowed));
    }
    return ok();
}

}  // namespace

Decider::Decider(const Clock& clock, Random& random, std::shared_ptr<const Authority> authority,
                 Hooks* hooks)
    : clock_(clock),
      random_(random),
      authority_(std::move(authority)),
      hooks_(hooks),
      scheme_(leaf_scheme(*authority_)),
      authority_key_id_(authority_->chain.front().subject_key_id.value_or(Bytes())),
      constraints_(leaf_constraints(*authority_)) {}

Status Decider::check_constraints(const x509::AltNames& names) const {
    Status allowed = x509::check_constraints(names, constraints_);
    if (!allowed) {
        Error error = std::move(allowed).error();
        error.reason = kNameConstraint;
        return error;
    }
    return ok();
}

Result<Decision> Decider::decide(const x509::Csr& csr, const Grant& grant,
                                 const Options& options) const {
    STEP_ASSIGN(x509::AltNames granted, check_request(csr, grant));
    STEP_ASSIGN(Shape shape, shape_certificate({csr, grant, options, std::move(granted)}, hooks_,
                                               clock_, random_));
    profile::CertificatePlan& plan = shape.plan;
    plan.subject = with_defaults(std::move(plan.subject), authority_->default_subject);
    set_provisioner_extension(plan, grant);
    STEP_TRY(force_common_name(plan, grant));
    STEP_ASSIGN(const Validity validity,
                decide_validity(said(options.not_before, plan.not_before),
                                said(options.not_after, plan.not_after), grant.lifetimes,
                                authority_->backdate, clock_.now()));
    STEP_TRY(check_rules(plan, grant));

    Decision decision{.draft = profile::to_draft(plan, csr.key),
                      .origin = grant.origin,
                      .may_be_ca = plan.basic_constraints && plan.basic_constraints->ca,
                      .rendered = std::move(shape.rendered),
                      .hook = std::move(shape.hook),
                      .wanted = shape.wanted};
    decision.draft.not_before = validity.not_before;
    decision.draft.not_after = validity.not_after;
    if (!authority_key_id_.empty()) {
        decision.draft.authority_key_id = authority_key_id_;
    }
    if (std::vector<std::string> names = profile::common_names(plan); !names.empty()) {
        decision.common_name = std::move(names.back());
    }
    auto scheme = profile::choose_scheme(plan, authority_->key.public_key(), scheme_);
    if (!scheme) {  // The template's author is to blame, not the client.
        return Error{.code = Code::kInternal, .cause = scheme.error().detail};
    }
    decision.scheme = *scheme;
    decision.names = std::move(plan.names);
    decision.serial = std::move(plan.serial);
    STEP_TRY(authorize(decision));
    STEP_TRY(check_before_signing(decision.draft, decision.may_be_ca));
    return decision;
}

Status Decider::authorize(const Decision& decision) const {
    if (!decision.wanted.authorize) {
        return ok();
    }
    Status allowed =
        hooks_->authorize(decision.hook, X509HookDraft{.rendered = decision.rendered,
                                                       .not_before = decision.draft.not_before,
                                                       .not_after = decision.draft.not_after});
    if (!allowed) {
        Error error = std::move(allowed).error();
        const std::string why = std::exchange(error.detail, kNotCreated);
        error.cause = why + (error.cause.empty() ? "" : ": " + error.cause);
        return error;
    }
    return ok();
}

/// The provisioner's policy, the constraints of the chain, the authority's policy: each sees every
/// name of the certificate that would be signed.
Status Decider::check_rules(const profile::CertificatePlan& plan, const Grant& grant) const {
    const policy::X509Policy* of_provisioner =
        grant.rules ? grant.rules->policies.x509.get() : nullptr;
    const policy::X509Policy* of_authority = authority_->policy.get();
    if (of_provisioner == nullptr && of_authority == nullptr) {
        return check_constraints(plan.names);
    }
    const x509::ParsedAltNames names{.names = plan.names, .others = plan.other_names};
    std::vector<std::string> common_names = profile::common_names(plan);
    if (common_names.empty()) {
        common_names.emplace_back();
    }
    if (of_provisioner != nullptr) {
        STEP_TRY(check_policy(*of_provisioner, common_names, names, kRefusedByProvisioner));
    }
    STEP_TRY(check_constraints(plan.names));
    return of_authority != nullptr ? check_policy(*of_authority, common_names, names, kByAuthority)
                                   : ok();
}

}  // namespace step::issuance
