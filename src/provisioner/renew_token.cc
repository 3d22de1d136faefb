#include "provisioner/renew_token.h"

#include <algorithm>
#include <optional>

#include "base/base64.h"
#include "crypto/digest.h"
#include "jose/jws.h"
#include "provisioner/token.h"
#include "x509/verify.h"

namespace step::provisioner {
namespace {

constexpr const char* kBad = "error validating renew token";
constexpr const char* kOurClient = "step-ca-client/1.0";

Error refuse(std::string cause, Code code = Code::kUnauthenticated) {
    return {.code = code, .detail = kBad, .cause = std::move(cause), .reason = kRenewToken};
}

Error refuse_claim(std::string_view claim, Code code = Code::kUnauthenticated) {
    return {.code = code,
            .detail = std::string(kBad).append(": ").append(claim),
            .reason = kRenewToken};
}

Result<std::vector<x509::Certificate>> chain_of(const jose::Jws& jws) {
    const json::Value* header = jws.header.find_exact("x5cInsecure");
    const json::Array* list = header != nullptr ? header->as_array() : nullptr;
    if (list == nullptr || list->empty()) {
        return refuse("no x5cInsecure header");
    }
    std::vector<x509::Certificate> chain;
    for (const json::Value& element : *list) {
        const std::string* text = element.as_string();
        const Result<Bytes> der =
            text != nullptr ? parse_base64(*text) : Result<Bytes>(Error{.detail = "not a string"});
        if (!der) {
            return refuse("x5cInsecure: " + der.error().detail);
        }
        Result<x509::Certificate> certificate = x509::parse_certificate(*der);
        if (!certificate) {
            return refuse("x5cInsecure: " + certificate.error().detail);
        }
        chain.push_back(*std::move(certificate));
    }
    return chain;
}

Status check_chain(const std::vector<x509::Certificate>& chain,
                   const std::vector<x509::Certificate>& roots) {
    const x509::Certificate& leaf = chain.front();
    x509::VerifyOptions options{.now = leaf.not_after - std::chrono::minutes(1),
                                .usage = x509::oid::kClientAuth};
    for (const x509::Certificate& root : roots) {
        options.roots.push_back(&root);
    }
    for (auto above = chain.begin() + 1; above != chain.end(); ++above) {
        options.intermediates.push_back(&*above);
    }
    if (const auto verified = x509::verify_chain(leaf, options); !verified) {
        return refuse(verified.error().detail);
    }
    if ((leaf.key_usage.value_or(0) & x509::key_usage::kDigitalSignature) == 0) {
        return refuse("certificate cannot be used for digital signature");
    }
    return ok();
}

}  // namespace

Result<RenewToken> parse_renew_token(std::string_view compact,
                                     const std::vector<x509::Certificate>& roots) {
    const Result<jose::Jws> jws = jose::parse_jws(compact);
    if (!jws) {
        return refuse(jws.error().detail);
    }
    STEP_ASSIGN(std::vector<x509::Certificate> chain, chain_of(*jws));
    STEP_TRY(check_chain(chain, roots));
    const Result<crypto::PublicKey> key = chain.front().public_key();
    if (!key) {
        return refuse(key.error().detail);
    }
    if (const Status good = jose::verify_jws(*jws, *key); !good) {
        return refuse(good.error().detail + ": " + good.error().cause, Code::kInternal);
    }
    Result<jose::Claims> claims = jose::parse_claims(jws->payload);
    if (!claims) {
        return refuse(claims.error().detail, Code::kInternal);
    }
    // Not by jti: whoever holds any certificate of ours could use up the jti of a stranger's token.
    TokenUse use = make_token_use("renew:" + crypto::sha256(jws->signing_input), claims->expires);
    return RenewToken{.certificate = std::move(chain.front()),
                      .claims = *std::move(claims),
                      .use = std::move(use)};
}

Status check_renew_claims(const RenewToken& token, const std::vector<std::string>* audiences,
                          std::string_view provisioner, SysTime now) {
    const std::string name = token.certificate.subject.common_name();
    if (!name.empty() && token.claims.subject != name) {
        return refuse_claim("invalid subject claim (sub)");
    }
    if (const Status timely = jose::check_claims(token.claims, "", now); !timely) {
        constexpr std::string_view kPrefix = "validation failed, ";
        std::string_view why = timely.error().detail;
        why.remove_prefix(why.starts_with(kPrefix) ? kPrefix.size() : 0);
        return refuse_claim(why);
    }
    if (audiences != nullptr && !audience_matches(token.claims.audience, *audiences)) {
        return refuse_claim("invalid audience claim (aud)", Code::kInternal);
    }
    const std::string& issuer = token.claims.issuer;
    if (issuer != kOurClient && (provisioner.empty() || issuer != provisioner)) {
        Error error = refuse_claim("invalid issuer claim (iss)");
        error.reason = kRenewIssuer;
        return error;
    }
    return ok();
}

}  // namespace step::provisioner
