#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "json/value.h"
#include "profile/plan.h"
#include "profile/template_data.h"

namespace step::commands {

/// --template with its --set and --set-file.
struct TemplateFlags {
    std::string text{};  ///< Of the file.
    json::Value user{};  ///< `.Insecure.User`
};
/// None without --template. Fails if --profile is set too, if the file cannot be read, and if --set
/// or --set-file is given without it.
Result<std::optional<TemplateFlags>> template_flags(cli::Context& context);

/// Executes the template; `data` has everything but `.Insecure.User`. Fails as
/// profile::parse_template or profile::render_certificate.
Result<profile::CertificatePlan> render_plan(cli::Context& context, const TemplateFlags& flags,
                                             profile::TemplateData& data);

}  // namespace step::commands
