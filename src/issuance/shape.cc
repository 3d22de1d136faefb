#include "issuance/shape.h"

#include "issuance/rules.h"
#include "profile/builtin.h"
#include "profile/template_data.h"

namespace step::issuance {
namespace {

constexpr const char* kNotApplied = "error applying certificate template";

/// What the client hears of a template's failure, and what goes to the log.
Error template_error(const Error& error) {
    if (error.has_reason(tmpl::kFailCalled)) {
        return {.code = Code::kInvalidArgument, .detail = error.detail, .reason = error.reason};
    }
    std::string cause = error.detail + (error.cause.empty() ? "" : ": " + error.cause);
    if (error.has_reason(profile::kBadOutput)) {
        return {.code = Code::kInternal,
                .detail = kNotApplied,
                .cause = std::move(cause),
                .reason = kTemplateResult};
    }
    return {.code = Code::kInternal, .cause = std::move(cause), .reason = error.reason};
}

/// The data that provisioner and client give, the request itself left out: webhooks get it in
/// their requests.
Result<profile::TemplateData> make_data(const Request& request,
                                        const profile::TemplateSource* source) {
    profile::TemplateData data;
    if (request.names.empty()) {  // The provisioner named none: `.SANs` is not there.
        data.set("Subject", profile::subject_value(request.grant.subject));
    } else {
        profile::set_names(data, request.grant.subject, request.names);
    }
    if (request.grant.token) {
        data.set_token(request.grant.token);
    }
    if (source != nullptr) {
        STEP_TRY(source->apply_data(data));
        if (source->has_template() && request.options.template_data) {
            data.set_user(*request.options.template_data);
        }
    }
    return data;
}

Result<std::shared_ptr<const tmpl::Template>> choose_template(const profile::TemplateSource* source,
                                                              profile::Builtin builtin) {
    if (source != nullptr && source->has_template()) {
        return source->current();
    }
    return profile::builtin_template(builtin);
}

}  // namespace

Result<Shape> shape_certificate(const Request& request, Hooks* hooks, const Clock& clock,
                                Random& random) {
    const Grant& grant = request.grant;
    const profile::TemplateSource* source =
        grant.rules ? grant.rules->x509_template.get() : nullptr;
    Shape shape;
    if (hooks != nullptr) {
        shape.wanted = hooks->wanted(grant.origin.provisioner, Hooks::CertType::kX509);
    }
    const bool native = source == nullptr || !(source->has_template() || source->has_data());
    if (native && !shape.wanted.any()) {
        STEP_ASSIGN(
            shape.plan,
            profile::builtin_plan(grant.builtin, {.subject = grant.subject, .names = request.names},
                                  request.csr.key, &request.csr));
        return shape;
    }

    Result<profile::TemplateData> data = make_data(request, source);
    if (!data) {
        return template_error(std::move(data).error());
    }
    shape.hook = {.provisioner = grant.origin.provisioner,
                  .request_id = request.options.request_id,
                  .csr = &request.csr,
                  .data = data->value(),
                  .principal = grant.principal};
    if (shape.wanted.enrich) {
        STEP_ASSIGN(const Hooks::Answers answers, hooks->enrich(shape.hook));
        for (const auto& [name, answer] : answers) {
            data->set_webhook(name, answer);
        }
    }
    data->set_insecure("CR",
                       profile::request_value(std::make_shared<const x509::Csr>(request.csr)));

    const auto text = choose_template(source, grant.builtin);
    if (!text) {
        return template_error(text.error());
    }
    auto rendered = (*text)->execute(data->value(), {.clock = clock, .random = random});
    if (!rendered) {
        return template_error(std::move(rendered).error());
    }
    auto plan = profile::decode_certificate(*rendered);
    if (!plan) {
        return template_error(std::move(plan).error());
    }
    shape.plan = *std::move(plan);
    shape.rendered = *std::move(rendered);
    return shape;
}

}  // namespace step::issuance
