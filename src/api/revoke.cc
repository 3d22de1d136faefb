#include "api/handlers_impl.h"
#include "api/requests_impl.h"
#include "base/text.h"
#include "crypto/key.h"
#include "issuance/ledger.h"
#include "provisioner/set.h"
#include "revocation/register.h"
#include "x509/serial_key.h"
#include "x509/step_extension.h"

namespace step::api {
namespace {

/// Who asked, and what else must become true with the revocation.
struct Authorized {
    std::string provisioner_id{}, token_id{};
    bool mtls = false;
    std::optional<x509::Certificate> peer{};
    std::function<Status(storage::Transaction&)> use_token{};
};

Error mismatch(const RevokeRequest& body, std::string_view what, std::string_view other) {
    return {.code = Code::kForbidden,
            .detail = "request serial number " + quote(body.serial_text) + " and " +
                      std::string(what) + " " + quote(other) + " do not match"};
}

Result<Authorized> by_token(const RevokeRequest& body, const Deps& deps) {
    STEP_ASSIGN(provisioner::RevokePermission may, deps.provisioners.authorize_revoke(body.token));
    if (may.grant.serial != body.serial_text) {
        return mismatch(body, "token subject", may.grant.serial);
    }
    return Authorized{.provisioner_id = std::move(may.grant.provisioner_id),
                      .token_id = std::move(may.grant.token_id),
                      .use_token = std::move(may.use_token)};
}

Result<Authorized> by_certificate(const RevokeRequest& body, const http::Request& request) {
    if (request.peer_chain.empty()) {
        return Error{.code = Code::kInvalidArgument, .detail = "missing ott or client certificate"};
    }
    STEP_ASSIGN(const x509::Certificate peer, x509::parse_certificate(request.peer_chain.front()));
    if (peer.serial_text() != body.serial_text) {
        return mismatch(body, "certificate serial number", peer.serial_text());
    }
    return Authorized{.mtls = true, .peer = peer};
}

issuance::Issued as_issued(const x509::Certificate& certificate) {
    const Result<crypto::PublicKey> key = certificate.public_key();
    return {.certificate = certificate.der,
            .serial = certificate.serial,
            .common_name = certificate.subject.common_name(),
            .names = certificate.names,
            .not_before = certificate.not_before,
            .not_after = certificate.not_after,
            .key_label = key ? crypto::key_label(*key) : "",
            .extension = x509::step_provisioner_of(certificate)};
}

void log_revocation(const RevokeRequest& body, const Authorized& who, const Call& call) {
    call.log.push_back({.name = "serial", .value = body.serial_text});
    call.log.push_back({.name = "reasonCode", .value = std::int64_t{body.reason_code}});
    call.log.push_back({.name = "reason", .value = body.reason});
    call.log.push_back({.name = "passiveOnly", .value = true});
    call.log.push_back({.name = "mTLS", .value = who.mtls});
    if (!who.token_id.empty()) {
        call.log.push_back({.name = "token-id", .value = who.token_id});
    }
}

}  // namespace

Answer revoke(const Call& call) {
    const Deps& deps = call.state.deps;
    STEP_ASSIGN(const RevokeRequest body, decode_revoke_request(call.request.body));
    STEP_ASSIGN(const Authorized who,
                body.token.empty() ? by_certificate(body, call.request) : by_token(body, deps));
    if (who.peer) {
        log_certificate(as_issued(*who.peer), call.state, call.log);
    }

    revocation::Revocation revocation{
        .serial = body.serial_text,
        .provisioner_id = who.provisioner_id,
        .reason_code = body.reason_code,
        .reason = body.reason,
        .revoked_at = std::chrono::floor<std::chrono::seconds>(deps.clock.now()),
        .token_id = who.token_id,
        .mtls = who.mtls,
    };
    STEP_ASSIGN(const std::optional<issuance::Entry> recorded,
                deps.ledger.find(x509::serial_key(body.serial)));
    if (recorded) {
        revocation.expires = recorded->expires;
        if (who.mtls) {
            revocation.provisioner_id = recorded->origin.provisioner.id;
        }
    }
    STEP_TRY(deps.revocations.revoke(revocation, who.use_token));
    log_revocation(body, who, call);
    return http::Response{.body = "{\"status\":\"ok\"}\n"};
}

}  // namespace step::api
