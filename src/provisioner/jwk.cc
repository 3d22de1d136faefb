#include <utility>

#include "base/hex.h"
#include "crypto/digest.h"
#include "json/decode.h"
#include "provisioner/fields_impl.h"

namespace step::provisioner {
namespace {

constexpr int kExtensionType = 1;  ///< The number behind the type in the extension.

/// What the rules of one JWK provisioner share.
struct Jwk {
    crypto::PublicKey key;
    issuance::ProvisionerRef ref{};
    std::string key_id{};
    issuance::Claims claims{};
    std::shared_ptr<const issuance::Rules> rules{};
};

/// The claims beside the registered ones.
struct SignClaims {
    std::vector<std::string> names{};
    std::string csr_fingerprint{};
    std::optional<issuance::RaInfo> ra{};
};

Error refuse(const std::string& cause) {
    return {.code = Code::kUnauthenticated, .cause = "jwk.authorizeToken; " + cause};
}

Result<SignClaims> read_sign_claims(const json::Value& all) {
    SignClaims claims;
    json::Fields fields(all, "token");
    fields.get("sans", claims.names);
    STEP_TRY(fields.status());
    if (const json::Value* confirmation = fields.child("cnf")) {
        json::Fields members(*confirmation, "token.cnf");
        STEP_TRY(members.get("x5rt#S256", claims.csr_fingerprint).status());
    }
    const json::Value* step = fields.child("step");
    const json::Value* ra =
        step != nullptr ? json::Fields(*step, "token.step").child("ra") : nullptr;
    if (ra != nullptr) {
        issuance::RaInfo& info = claims.ra.emplace();
        json::Fields members(*ra, "token.step.ra");
        members.get("authorityId", info.authority_id)
            .get("endpointId", info.endpoint_id)
            .get("provisionerId", info.provisioner_id)
            .get("provisionerType", info.provisioner_type)
            .get("provisionerName", info.provisioner_name);
        STEP_TRY(members.status());
    }
    return claims;
}

/// The signature comes first: nothing a stranger wrote is acted upon.
Status verify(const Jwk& jwk, const Token& token, SysTime now,
              const std::vector<std::string>& audiences) {
    if (const Status good = jose::verify_jws(token.jws, jwk.key); !good) {
        return refuse("error parsing jwk claims: " + words_of(good.error()));
    }
    if (const Status valid = jose::check_claims(token.claims, jwk.ref.name, now); !valid) {
        return refuse("invalid jwk claims: " + words_of(valid.error()));
    }
    if (!audience_matches(token.claims.audience, audiences)) {
        return refuse("invalid jwk token audience claim (aud)");
    }
    if (token.claims.subject.empty()) {
        return refuse("jwk token subject cannot be empty");
    }
    return ok();
}

/// What the token itself says.
Result<issuance::Grant> granted(const Token& token) {
    Result<SignClaims> claims = read_sign_claims(token.claims.all);
    if (!claims) {
        return refuse("error parsing jwk claims: " + claims.error().detail);
    }
    if (claims->names.empty()) {
        claims->names = {token.claims.subject};
    }
    issuance::Grant grant{.origin = {.ra = std::move(claims->ra)},
                          .subject = {.common_name = token.claims.subject},
                          .names = claims->names,
                          .common_names = {token.claims.subject},
                          .csr_fingerprint = std::move(claims->csr_fingerprint)};
    grant.common_names.insert(grant.common_names.end(), claims->names.begin(), claims->names.end());
    return grant;
}

/// The signature is no part of it, or a rewritten one would count as new.
std::string reuse_key(const Token& token) {
    return token.claims.id.empty() ? encode_hex(crypto::sha256(token.jws.signing_input))
                                   : token.claims.id;
}

Result<Allowed> authorize_sign(const Jwk& jwk, const Token& token, const Context& context) {
    STEP_TRY(verify(jwk, token, context.now, context.audiences.sign));
    STEP_ASSIGN(issuance::Grant grant, granted(token));
    grant.origin.provisioner = jwk.ref;
    grant.lifetimes = {
        .min = jwk.claims.min_tls, .max = jwk.claims.max_tls, .normal = jwk.claims.default_tls};
    grant.rules = jwk.rules;
    if (jwk.rules) {
        grant.token = std::make_shared<const json::Value>(token.claims.all);
    }
    if (!jwk.claims.disable_smallstep_extensions) {
        grant.extension = x509::StepProvisioner{
            .type = kExtensionType, .name = jwk.ref.name, .credential_id = jwk.key_id};
    }
    return Allowed{.grant = std::move(grant), .use = {.key = reuse_key(token)}};
}

Result<RevokeGrant> authorize_revoke(const Jwk& jwk, const Token& token, const Context& context) {
    STEP_TRY(verify(jwk, token, context.now, context.audiences.revoke));
    return RevokeGrant{
        .provisioner_id = jwk.ref.id, .serial = token.claims.subject, .token_id = reuse_key(token)};
}

}  // namespace

Result<issuance::Grant> unverified_grant(const Token& token) {
    STEP_ASSIGN(issuance::Grant grant, granted(token));
    grant.token = std::make_shared<const json::Value>(token.claims.all);
    return grant;
}

std::vector<std::string> find_failures_jwk(Config& config, const Inherited& /*inherited*/) {
    std::vector<std::string> all;
    if (config.type.empty()) {
        all.emplace_back("provisioner type cannot be empty");
    }
    if (config.name.empty()) {
        all.emplace_back("provisioner name cannot be empty");
    }
    if (!config.key) {
        all.emplace_back("provisioner key cannot be empty");
    } else if (!config.key->public_key) {
        all.emplace_back("provisioner key must be a public key");
    }
    return all;
}

void make_jwk(const Config& config, const Inherited& /*inherited*/, Provisioner& out) {
    out.key_id = config.key ? config.key->kid : "";
    out.id = config.name + ":" + out.key_id;
    out.token_id = out.id;
    if (!out.failure.empty()) {
        return;
    }
    const auto jwk = std::make_shared<const Jwk>(Jwk{.key = *config.key->public_key,
                                                     .ref = out.ref(),
                                                     .key_id = out.key_id,
                                                     .claims = out.claims,
                                                     .rules = out.rules});
    out.sign = [jwk](const Token& token, const Context& context) {
        return authorize_sign(*jwk, token, context);
    };
    out.revoke = [jwk](const Token& token, const Context& context) {
        return authorize_revoke(*jwk, token, context);
    };
}

}  // namespace step::provisioner
