#include "acme/api/handlers_impl.h"
#include "acme/api/payloads_impl.h"
#include "acme/problem_types.h"
#include "acme/service.h"
#include "base/hex.h"
#include "base/pem.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace step::acme {
namespace {

constexpr const char* kChainType = "application/pem-certificate-chain";
constexpr const char* kCertificateType = "application/pkix-cert";

/// The second certificate of a chain, as /issuer/ names it; "" if it is none of those above us.
std::string issuer_of(const std::string& chain, const State& state) {
    const auto blocks = parse_pem(chain);
    if (!blocks || blocks->size() < 2) {
        return "";
    }
    std::string id = encode_hex(crypto::sha256((*blocks)[1].bytes));
    return state.issuers.contains(id) ? id : "";
}

/// The leaf, and a link to its issuer: what RFC 8555 7.4.2 asks of a format that holds a single
/// certificate. Beside a whole chain that link breaks clients: acmez (Caddy) and mod_md follow it
/// by POST-as-GET and put what they get behind the chain that they have.
Answer certificate_alone(const AcmeRequest& request, const std::string& chain, const State& state,
                         Reply& reply) {
    if (const std::string above = issuer_of(chain, state); !above.empty()) {
        reply.headers.emplace_back("Link", link_header(request.links.issuer(above), "up"));
    }
    STEP_ASSIGN(auto blocks, parse_pem(chain));
    return http::Response{.content_type = kCertificateType,
                          .body = blocks.empty() ? "" : std::move(blocks.front().bytes)};
}

/// RFC 8555 7.6, as the original words it; its example has the status 403.
Error not_authorized(const x509::Certificate& certificate) {
    return {.code = Code::kForbidden,
            .detail = "No authorization provided for name " + certificate.subject.common_name(),
            .reason = kUnauthorized};
}

/// A request that brought its key must have brought the certificate's.
Status check_key(const AcmeRequest& request, const x509::Certificate& certificate) {
    if (!request.brought_key()) {
        return ok();
    }
    const Result<crypto::PublicKey> key = certificate.public_key();
    return key && *key == request.key.key ? ok() : Status(not_authorized(certificate));
}

}  // namespace

Answer certificate(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_TRY(check_post_as_get(request));
    STEP_ASSIGN(std::string chain,
                state.deps.service.certificate_chain(*request.account, captured(request)));
    if (trim(http::find_header(request.request.headers, "Accept")) == kCertificateType) {
        return certificate_alone(request, chain, state, reply);
    }
    return http::Response{.content_type = kChainType, .body = std::move(chain)};
}

/// Public, and never changes: DER, so that whoever follows the link needs no other parser.
Answer issuer(const Place& place, const State& state, Reply&) {
    const auto found = state.issuers.find(captured(place));
    if (found == state.issuers.end()) {
        return Error{.code = Code::kNotFound,
                     .detail = "there is no such certificate",
                     .reason = kMalformed};
    }
    return http::Response{.content_type = kCertificateType, .body = found->second};
}

Answer issuer_as_get(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_TRY(check_post_as_get(request));
    return issuer(request, state, reply);
}

Answer revoke_certificate(const AcmeRequest& request, const State& state, Reply& reply) {
    STEP_ASSIGN(const RevocationRequest wanted, read_revocation(request.payload));
    const auto certificate = x509::parse_certificate(wanted.certificate);
    if (!certificate) {
        return malformed("error parsing certificate: " + certificate.error().detail);
    }
    reply.log.push_back({.name = "serial", .value = certificate->serial_text()});
    const auto revoke = [&]() -> Status {
        STEP_TRY(check_key(request, *certificate));
        return state.deps.service.revoke(request.provisioner,
                                         request.brought_key() ? nullptr : &*request.account,
                                         wanted.certificate, wanted.reason);
    };
    if (Status revoked = revoke(); !revoked) {
        if (revoked.error().has_reason(kUnauthorized)) {
            reply.failure_status = 403;
            reply.detail_alone = true;
        }
        return std::move(revoked).error();
    }
    reply.log.push_back({.name = "reasonCode", .value = std::int64_t{wanted.reason.value_or(0)}});
    reply.log.push_back({.name = "ACME", .value = true});
    return http::Response{.content_type = ""};
}

}  // namespace step::acme
