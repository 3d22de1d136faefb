#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "jose/jwt.h"
#include "provisioner/used_tokens.h"
#include "x509/certificate.h"

namespace step::provisioner {

/// Error::reason of a renewal token that is no good: the words are for the client.
inline constexpr const char* kRenewToken = "provisioner.renew_token";
/// The same for a strange issuer, which the original answers in the shape of its admin API.
inline constexpr const char* kRenewIssuer = "provisioner.renew_issuer";

/// A token by which the holder of a certificate's key asks for the next one.
struct RenewToken {
    x509::Certificate certificate{};  ///< Of the key that signed the token.
    jose::Claims claims{};            ///< Signed, not yet checked.
    TokenUse use{};
};

/// Takes the certificate out of the header `x5cInsecure` (list of base64 DER, leaf first),
/// builds its chain to one of `roots`, and checks the token's signature with its key. The chain
/// has to hold a minute before the certificate ends, whatever the time is now: an expired
/// certificate passes. It must allow clientAuth and digitalSignature. Claims, revocation, the
/// provisioner's will and earlier use are the caller's business. Fails with kRenewToken:
/// kUnauthenticated, or as the original kInternal for a bad signature.
Result<RenewToken> parse_renew_token(std::string_view compact,
                                     const std::vector<x509::Certificate>& roots);

/// What the claims must say, in the original's order: subject (not asked if the certificate has
/// no common name), nbf, exp and iat with a minute of leeway, audience (of `audiences`, unless
/// null), issuer (that of our client, or `provisioner`, unless empty).
Status check_renew_claims(const RenewToken& token, const std::vector<std::string>* audiences,
                          std::string_view provisioner, SysTime now);

}  // namespace step::provisioner
