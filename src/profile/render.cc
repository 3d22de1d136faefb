#include "profile/render.h"

namespace step::profile {
namespace {

Result<std::string> execute(const tmpl::Template& text, const TemplateData& data,
                            const tmpl::Surroundings& around) {
    Result<std::string> output = text.execute(data.value(), around);
    if (output || output.error().has_reason(tmpl::kFailCalled)) {
        return output;
    }
    Error error = std::move(output).error();
    error.detail.insert(0, "error executing template: ");
    return error;
}

}  // namespace

Result<CertificatePlan> render_certificate(const tmpl::Template& text, const TemplateData& data,
                                           const tmpl::Surroundings& around) {
    STEP_ASSIGN(const std::string output, execute(text, data, around));
    return decode_certificate(output);
}

Result<SshPlan> render_ssh(const tmpl::Template& text, const TemplateData& data,
                           const tmpl::Surroundings& around) {
    STEP_ASSIGN(const std::string output, execute(text, data, around));
    return decode_ssh_certificate(output);
}

}  // namespace step::profile
