#pragma once

#include "base/result.h"
#include "base/runtime.h"
#include "issuance/grant.h"
#include "issuance/hooks.h"
#include "issuance/issue.h"
#include "profile/plan.h"
#include "x509/csr.h"
#include "x509/san.h"

namespace step::issuance {

/// Error::reason of a template whose result is no certificate. The detail is the original's "error
/// applying certificate template"; the cause tells the template's author what to mend.
inline constexpr const char* kTemplateResult = "issuance.template_result";

/// One request, as the parts of Issuer::issue() see it.
struct Request {
    const x509::Csr& csr;
    const Grant& grant;
    const Options& options;
    x509::AltNames names{};  ///< Of the certificate, by the grant.
};

/// What a certificate is going to be before lifetimes and rules have had their say.
struct Shape {
    profile::CertificatePlan plan{};
    HookRequest hook{};      ///< What webhooks are asked with; used only if `wanted` says so.
    std::string rendered{};  ///< What the template gave; empty if none had to run.
    Hooks::Wanted wanted{};
};

/// Asks the enriching webhooks, then runs the provisioner's template or, where nothing but the
/// built-in one is asked for, makes its result without any text. `hooks` may be null.
///
/// Fails with kForbidden as Hooks::enrich; kInvalidArgument with the words a template gave to
/// `fail`; kInternal, reason kTemplateResult, if its result is no certificate; kInternal with a
/// cause for any other error in a template.
Result<Shape> shape_certificate(const Request& request, Hooks* hooks, const Clock& clock,
                                Random& random);

}  // namespace step::issuance
