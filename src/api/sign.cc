#include "api/handlers_impl.h"
#include "api/requests_impl.h"
#include "issuance/issued_fields.h"
#include "provisioner/set.h"

namespace step::api {
void log_certificate(const issuance::Issued& issued, const State& state, Fields& log) {
    issuance::append_fields(issued, state.deps.issuer.authority().chain.front(), log);
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
