#include "api/handlers_impl.h"
#include "api/requests_impl.h"
#include "base/base64.h"
#include "base/time.h"
#include "provisioner/set.h"

namespace step::api {
void log_certificate(const issuance::Issued& issued, const State& state, Fields& log) {
    const x509::Certificate& issuer = state.deps.issuer.authority().chain.front();
    log.push_back({.name = "serial", .value = x509::serial_to_text(issued.serial)});
    log.push_back({.name = "subject", .value = issued.common_name});
    log.push_back({.name = "issuer", .value = issuer.subject.common_name()});
    log.push_back({.name = "sans", .value = x509::name_texts(issued.names)});
    log.push_back({.name = "valid-from", .value = format_rfc3339(issued.not_before)});
    log.push_back({.name = "valid-to", .value = format_rfc3339(issued.not_after)});
    log.push_back({.name = "public-key", .value = issued.key_label});
    log.push_back({.name = "certificate", .value = encode_base64(issued.certificate)});
    if (issued.extension) {
        const auto& [type, name, credential, pairs] = *issued.extension;
        log.push_back({.name = "provisioner",
                       .value = credential.empty() ? name : name + " (" + credential + ")"});
    }
}

http::Response answer_certificate(const issuance::Issued& issued, const Call& call) {
    log_certificate(issued, call.state, call.log);
    return {.status = 201, .body = call.state.certificate_answer(issued.certificate)};
}

Answer sign(const Call& call) {
    const Deps& deps = call.state.deps;
    STEP_ASSIGN(SignRequest body, decode_sign_request(call.request.body));
    STEP_ASSIGN(const provisioner::SignPermission may,
                deps.provisioners.authorize_sign(body.token));
    call.log.push_back({.name = "token-id", .value = may.token_id});
    STEP_ASSIGN(const issuance::Issued issued,
                deps.issuer.issue(body.csr, may.grant,
                                  {.not_before = body.not_before,
                                   .not_after = body.not_after,
                                   .template_data = std::move(body.template_data),
                                   .request_id = call.request.id},
                                  may.use_token));
    return answer_certificate(issued, call);
}

}  // namespace step::api
