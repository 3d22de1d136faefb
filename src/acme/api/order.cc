#include "acme/api/encode_impl.h"
#include "acme/api/handlers_impl.h"
#include "acme/api/payloads_impl.h"
#include "acme/service.h"
#include "issuance/authority.h"
#include "issuance/issued_fields.h"

namespace step::acme {
namespace {

/// How long a client waits that has to ask again.
constexpr std::chrono::seconds kAskAgain{1};

http::Response answer_order(const Service::OrderView& view, int status, const Place& place,
                            Reply& reply) {
    reply.headers.emplace_back("Location", place.links.order(view.order.id));
    reply.log.push_back({.name = "order", .value = view.order.id});
    if (view.status == OrderStatus::kProcessing) {
        reply.retry_after = kAskAgain;
    }
    return {.status = status, .body = encode_order(view, place.links)};
}

}  // namespace

Answer new_order(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_ASSIGN(const Service::NewOrder wanted, read_new_order(request.payload));
    STEP_TRY(check_rate(state.new_orders.ask(request.account->id, request.settings.new_orders,
                                             state.deps.clock.monotonic()),
                        reply));
    STEP_ASSIGN(
        const Service::OrderView view,
        state.deps.service.new_order(request.provisioner, *request.account, wanted, reply.parts));
    return answer_order(view, 201, request, reply);
}

Answer order(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_TRY(check_post_as_get(request));
    STEP_ASSIGN(const Service::OrderView view,
                state.deps.service.find_order(*request.account, captured(request)));
    return answer_order(view, 200, request, reply);
}

Answer finalize(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_ASSIGN(const x509::Csr csr, read_finalize(request.payload));
    std::optional<issuance::Issued> issued;
    STEP_ASSIGN(const Service::OrderView view,
                state.deps.service.finalize(request.provisioner, *request.account,
                                            captured(request), csr, request.request.id, issued));
    if (issued) {
        issuance::append_fields(*issued, state.deps.authority.chain.front(), reply.log);
    }
    return answer_order(view, 200, request, reply);
}

}  // namespace step::acme
