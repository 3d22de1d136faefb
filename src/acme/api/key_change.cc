#include "acme/api/encode_impl.h"
#include "acme/api/handlers_impl.h"
#include "acme/api/payloads_impl.h"
#include "acme/problem_types.h"
#include "acme/service.h"
#include "json/write.h"

namespace step::acme {
namespace {

/// The inner JWS of RFC 8555 7.3.5: signed with the key it brings, for the same URL, without
/// nonce. Gives the new key and the payload.
struct Inner {
    SigningKey key;
    KeyChangeRequest request{};
};
Result<Inner> open_inner(const AcmeRequest& outer) {
    STEP_ASSIGN(const Envelope inner, parse_envelope(outer.payload));
    if (!inner.key || !inner.key_id.empty()) {
        return malformed("the inner JWS of a key change brings the new key as jwk");
    }
    if (inner.url != outer.url) {
        return malformed("the inner JWS of a key change has the url of the outer one");
    }
    if (inner.message.signatures.front().find("nonce") != nullptr) {
        return malformed("the inner JWS of a key change has no nonce");
    }
    SigningKey key{.key = *inner.key->public_key, .algorithm = inner.key->alg};
    STEP_TRY(verify_envelope(inner, key));
    STEP_ASSIGN(KeyChangeRequest request, read_key_change(inner.payload()));
    return Inner{.key = std::move(key), .request = std::move(request)};
}

}  // namespace

Answer key_change(const AcmeRequest& request, const State& state, Reply& reply) {
    const Account& account = *request.account;
    STEP_ASSIGN(const Inner inner, open_inner(request));
    if (!request.links.is_account(inner.request.account, account.id)) {
        return malformed("the key change is about another account");
    }
    const Result<jose::Jwk> old_key = jose::parse_jwk(inner.request.old_key);
    if (!old_key || !old_key->is_public() || !(*old_key->public_key == request.key.key)) {
        return malformed("oldKey is not the key of the account");
    }
    const jose::Jwk jwk{.alg = inner.key.algorithm, .public_key = inner.key.key};
    const Result<Account> changed = state.deps.service.change_key(
        account, thumbprint_of(inner.key.key), json::encode(jose::public_jwk(jwk)));
    if (!changed && changed.error().has_reason(Service::kKeyInUse)) {
        reply.headers.emplace_back("Location", request.links.account(changed.error().detail));
        reply.failure_status = 409;
        return malformed("the new key belongs to another account");
    }
    STEP_TRY(changed);
    reply.headers.emplace_back("Location", request.links.account(account.id));
    reply.log.push_back({.name = "account", .value = account.id});
    return http::Response{.body = encode_account(*changed, "", request.links)};
}

}  // namespace step::acme
