#include "commands/certificate/templating.h"

#include "cli/files.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "profile/render.h"
#include "profile/source.h"

namespace step::commands {
Result<std::optional<TemplateFlags>> template_flags(cli::Context& context) {
    const cli::Args& args = context.args;
    TemplateFlags flags;
    STEP_ASSIGN(flags.user, template_data(context));
    if (const std::string file = args.get("template"); !file.empty()) {
        if (args.is_set("profile")) {
            return incompatible("profile", "template");
        }
        STEP_ASSIGN(flags.text, cli::read_input(context, file));
        return std::optional(std::move(flags));
    }
    for (const std::string_view flag : {"set", "set-file"}) {
        if (args.is_set(flag)) {
            return needs_flag(flag, "template");
        }
    }
    return std::optional<TemplateFlags>();
}

Result<profile::CertificatePlan> render_plan(cli::Context& context, const TemplateFlags& flags,
                                             profile::TemplateData& data) {
    data.set_user(flags.user);
    STEP_ASSIGN(const auto parsed, profile::parse_template(profile::TemplateKind::kCertificate,
                                                           "template", flags.text));
    return profile::render_certificate(*parsed, data,
                                       {.clock = context.clock, .random = context.random});
}

}  // namespace step::commands
