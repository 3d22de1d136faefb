#pragma once

#include "base/result.h"
#include "profile/plan.h"
#include "profile/ssh_plan.h"
#include "profile/template_data.h"
#include "tmpl/template.h"

namespace step::profile {

/// Executes a template and reads what it gave. Fails as tmpl::Template::execute with "error
/// executing template: " before the detail (a text given to `fail` stands alone, reason
/// tmpl::kFailCalled), or as decode_certificate().
Result<CertificatePlan> render_certificate(const tmpl::Template& text, const TemplateData& data,
                                           const tmpl::Surroundings& around);
Result<SshPlan> render_ssh(const tmpl::Template& text, const TemplateData& data,
                           const tmpl::Surroundings& around);

}  // namespace step::profile
