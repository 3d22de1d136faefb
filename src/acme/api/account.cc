#include "acme/api/binding_impl.h"
#include "acme/api/encode_impl.h"
#include "acme/api/handlers_impl.h"
#include "acme/api/payloads_impl.h"
#include "acme/problem_types.h"
#include "acme/service.h"
#include "base/uri.h"
#include "json/write.h"

namespace step::acme {
namespace {

constexpr std::size_t kOrdersInPage = 500;

http::Response answer_account(const Account& account, int status, std::string_view binding,
                              const Place& place, Reply& reply) {
    reply.headers.emplace_back("Location", place.links.account(account.id));
    reply.log.push_back({.name = "account", .value = account.id});
    return {.status = status, .body = encode_account(account, binding, place.links)};
}

/// The JWK as it is kept: members in the original's order.
std::string kept_jwk(const SigningKey& key) {
    jose::Jwk jwk{.alg = key.algorithm, .public_key = key.key};
    return json::encode(jose::public_jwk(jwk));
}

}  // namespace

Answer new_account(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_ASSIGN(AccountRequest wanted, read_new_account(request.payload));
    if (request.account) {
        return answer_account(*request.account, 200, "", request, reply);
    }
    Service::NewAccount fresh{.thumbprint = request.thumbprint,
                              .jwk = kept_jwk(request.key),
                              .contacts = std::move(wanted.contacts),
                              .only_return_existing = wanted.only_return_existing};
    std::string binding_json;
    if (!fresh.only_return_existing) {
        const provisioner::AcmeSettings& settings = request.settings;
        STEP_TRY(
            check_rate(state.new_accounts.ask(
                           request.provisioner.id + '\0' + limited_address(request.request.remote),
                           settings.new_accounts, state.deps.clock.monotonic()),
                       reply));
        if (settings.require_eab && wanted.binding) {
            STEP_ASSIGN(Binding binding, read_binding(*wanted.binding, request.url));
            STEP_TRY(verify_binding(binding, request.thumbprint, request.provisioner.id,
                                    state.deps.service));
            fresh.external_key_id = std::move(binding.key_id);
            binding_json = std::move(binding.json);
        }
    }
    STEP_ASSIGN(const Service::Registered registered,
                state.deps.service.register_account(request.provisioner, fresh));
    return answer_account(registered.account, registered.created ? 201 : 200,
                          registered.created ? binding_json : "", request, reply);
}

Answer account(const AcmeRequest& request, const State& state, Reply& reply) {
    if (request.is_post_as_get()) {
        return answer_account(*request.account, 200, "", request, reply);
    }
    STEP_ASSIGN(const Service::AccountChange change, read_account_change(request.payload));
    if (!change.contacts && !change.deactivate) {
        return answer_account(*request.account, 200, "", request, reply);
    }
    STEP_ASSIGN(const Account changed, state.deps.service.change_account(*request.account, change));
    return answer_account(changed, 200, "", request, reply);
}

Answer orders(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_TRY(check_post_as_get(request));
    const Account& account = *request.account;
    if (captured(request) != account.id) {
        return Error{.code = Code::kUnauthenticated,
                     .detail = "account ID '" + account.id + "' does not match url param",
                     .reason = kUnauthorized};
    }
    const std::string after = query_value(request.request.query, "cursor");
    STEP_ASSIGN(const Service::OrderPage page,
                state.deps.service.list_orders(account, after, kOrdersInPage));
    if (!page.next.empty()) {
        reply.headers.emplace_back(
            "Link", link_header(request.links.orders(account.id) + "?cursor=" + page.next, "next"));
    }
    return http::Response{.body = encode_orders(page.ids, request.links)};
}

}  // namespace step::acme
