#include "api/errors.h"
#include "api/handlers_impl.h"
#include "api/requests_impl.h"
#include "base/text.h"
#include "issuance/ledger.h"
#include "provisioner/renew_token.h"
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

/// "" if there is none.
std::string_view bearer_token(const http::Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view text = trim(http::find_header(request.headers, "Authorization"));
    const std::size_t at = text.find(kScheme);
    return at == text.npos ? std::string_view() : text.substr(at + kScheme.size());
}

/// `token` is null if the TLS handshake was the proof.
Answer issue_again(const Call& call, const x509::Certificate& old, const crypto::PublicKey* new_key,
                   const provisioner::RenewToken* token) {
    const Deps& deps = call.state.deps;
    const SysTime now = deps.clock.now();
    const Bytes serial = x509::serial_key(old.serial);
    STEP_ASSIGN(const std::optional<issuance::Entry> recorded, deps.ledger.find(serial));
    issuance::AlsoRecord use_token;
    if (token != nullptr) {
        STEP_ASSIGN(use_token, deps.provisioners.authorize_renew_token(*token, recorded, now));
    }
    STEP_ASSIGN(const bool revoked, deps.revocations.is_revoked(serial));
    if (revoked) {
        return Error{.code = Code::kUnauthenticated, .cause = "certificate has been revoked"};
    }
    STEP_ASSIGN(const issuance::Origin origin,
                deps.provisioners.authorize_renew(old, recorded, now));
    STEP_ASSIGN(
        const issuance::Issued issued,
        deps.issuer.renew(old, new_key, origin,
                          [&](storage::Transaction& transaction, ByteView issued_serial) -> Status {
                              if (use_token) {
                                  STEP_TRY(use_token(transaction, issued_serial));
                              }
                              // Asked once more where nothing can come between: a revocation may be
                              // under way.
                              return deps.revocations.refuse_revoked(transaction, serial);
                          }));
    return answer_certificate(issued, call);
}

}  // namespace

Answer renew(const Call& call) {
    const std::string_view bearer = bearer_token(call.request);
    if (call.request.peer_chain.empty() && !bearer.empty()) {
        STEP_ASSIGN(
            const provisioner::RenewToken token,
            provisioner::parse_renew_token(bearer, call.state.deps.issuer.authority().roots));
        return issue_again(call, token.certificate, nullptr, &token);
    }
    STEP_ASSIGN(const x509::Certificate old, peer_certificate(call.request));
    return issue_again(call, old, nullptr, nullptr);
}

Answer rekey(const Call& call) {
    STEP_ASSIGN(const x509::Certificate old, peer_certificate(call.request));
    STEP_ASSIGN(const RekeyRequest body, decode_rekey_request(call.request.body));
    return issue_again(call, old, &body.csr.key, nullptr);
}

}  // namespace step::api
