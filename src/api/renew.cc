#include "api/errors.h"
#include "api/handlers_impl.h"
#include "api/requests_impl.h"
#include "base/text.h"
#include "issuance/ledger.h"
#include "provisioner/set.h"
#include "revocation/register.h"
#include "x509/serial_key.h"

namespace step::api {
namespace {

/// The certificate the client proved to hold in its TLS handshake, which checked the chain.
Result<x509::Certificate> peer_certificate(const http::Request& request) {
    if (request.peer_chain.empty()) {
        return Error{.code = Code::kInvalidArgument, .detail = "missing client certificate"};
    }
    return x509::parse_certificate(request.peer_chain.front());
}

Answer issue_again(const Call& call, const x509::Certificate& old,
                   const crypto::PublicKey* new_key) {
    const Deps& deps = call.state.deps;
    const Bytes serial = x509::serial_key(old.serial);
    STEP_ASSIGN(const bool revoked, deps.revocations.is_revoked(serial));
    if (revoked) {
        return Error{.code = Code::kUnauthenticated, .cause = "certificate has been revoked"};
    }
    STEP_ASSIGN(const std::optional<issuance::Entry> recorded, deps.ledger.find(serial));
    STEP_ASSIGN(const issuance::Origin origin,
                deps.provisioners.authorize_renew(old, recorded, deps.clock.now()));
    // Asked once more where nothing can come between: a revocation may be under way.
    STEP_ASSIGN(
        const issuance::Issued issued,
        deps.issuer.renew(old, new_key, origin, [&](storage::Transaction& transaction, ByteView) {
            return deps.revocations.refuse_revoked(transaction, serial);
        }));
    return answer_certificate(issued, call);
}

}  // namespace

Answer renew(const Call& call) {
    const std::string_view authorization =
        trim(http::find_header(call.request.headers, "Authorization"));
    if (call.request.peer_chain.empty() &&
        authorization.find("Bearer ") != std::string_view::npos) {
        return Error{.code = Code::kUnauthenticated,
                     .detail = "error validating renew token",
                     .cause = "renewal by token is not supported yet",
                     .reason = kRenewToken};
    }
    STEP_ASSIGN(const x509::Certificate old, peer_certificate(call.request));
    return issue_again(call, old, nullptr);
}

Answer rekey(const Call& call) {
    STEP_ASSIGN(const x509::Certificate old, peer_certificate(call.request));
    STEP_ASSIGN(const RekeyRequest body, decode_rekey_request(call.request.body));
    return issue_again(call, old, &body.csr.key);
}

}  // namespace step::api
