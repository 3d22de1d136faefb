#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "issuance/authority.h"
#include "issuance/grant.h"
#include "issuance/hooks.h"
#include "issuance/validity.h"
#include "json/value.h"
#include "x509/constraints.h"
#include "x509/csr.h"
#include "x509/draft.h"

namespace step::profile {
struct CertificatePlan;
}

namespace step::issuance {

/// Error::reason of a name that a constraint of the CA chain forbids.
inline constexpr const char* kNameConstraint = "issuance.name_constraint";
/// The same of a name that the authority's policy cannot judge: kInternal.
inline constexpr const char* kRuleUndecided = "issuance.rule_undecided";

/// The most names one certificate may have.
inline constexpr std::size_t kMaxNames = 1000;

/// What the caller asks for within a grant.
struct Options {
    TimeOrDuration not_before{}, not_after{};
    std::optional<json::Value> template_data{};  ///< For templates, as `.Insecure.User`.
    std::string request_id{};                    ///< For webhooks.
};

/// A certificate of which everything is decided but its serial number, unless a template chose it.
struct Decision {
    x509::Draft draft{};
    x509::AltNames names{};     ///< All of the four kinds, those in raw extensions too.
    std::string common_name{};  ///< The last one, as Go counts.
    Origin origin{};
    std::optional<Bytes> serial{};
    crypto::SignatureScheme scheme{};
    bool may_be_ca = false;
    std::string rendered{};  ///< What the template gave; empty if none had to run.
    /// What webhooks are told, and which of them want to be.
    HookRequest hook{};
    Hooks::Wanted wanted{};
};

/// Decides what a certificate will be, and whether: the part of issuing that writes nothing.
class Decider {
public:
    /// All must outlive it; `hooks` may be null.
    Decider(const Clock& clock, Random& random, std::shared_ptr<const Authority> authority,
            Hooks* hooks);

    /// Takes a request up to the signature, in the order of docs/life-of-a-request.md. Fails as
    /// Issuer::issue() does before it signs.
    Result<Decision> decide(const x509::Csr& csr, const Grant& grant, const Options& options) const;

    /// What the chain's name constraints say; kForbidden, reason kNameConstraint.
    Status check_constraints(const x509::AltNames& names) const;

private:
    Status check_rules(const profile::CertificatePlan& plan, const Grant& grant) const;
    Status authorize(const Decision& decision) const;

    const Clock& clock_;
    Random& random_;
    std::shared_ptr<const Authority> authority_;
    Hooks* hooks_;
    crypto::SignatureScheme scheme_;
    Bytes authority_key_id_;
    std::vector<x509::NameConstraints> constraints_;
};

}  // namespace step::issuance
