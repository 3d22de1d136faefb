#include "commands/ca/renew_token.h"

#include "base/base64.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::int64_t kTokenSeconds = 300;

}  // namespace

Result<std::string> renew_token(const cli::Context& context, const std::string& audience,
                                const Identity& identity, const std::string& token_id) {
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(context.clock.now()).time_since_epoch().count();
    const crypto::PublicKey& key = identity.key.public_key();
    json::Array chain;
    for (const Bytes& der : identity.der()) {
        chain.push_back(encode_base64(der));
    }
    json::Object claims{{.name = "aud", .value = audience},
                        {.name = "exp", .value = now + kTokenSeconds},
                        {.name = "iat", .value = now},
                        {.name = "iss", .value = "step-ca-client/1.0"}};
    if (!token_id.empty()) {
        claims.push_back({.name = "jti", .value = token_id});
    }
    claims.push_back({.name = "nbf", .value = now});
    claims.push_back({.name = "sub", .value = identity.chain.front().subject.common_name()});
    return jose::sign_jws(json::encode(json::Value(std::move(claims))),
                          jose::default_algorithm(key),
                          {{.name = "kid", .value = jose::thumbprint(key)},
                           {.name = "typ", .value = "JWT"},
                           {.name = "x5cInsecure", .value = std::move(chain)}},
                          identity.key);
}

}  // namespace step::commands
