#pragma once

namespace step::acme {

// Error::reason of what this module fails with: "acme." and the problem type of RFC 8555 6.7 (and
// RFC 9773 7.4) that the client is told. An error without one of these is serverInternal.
inline constexpr const char* kAccountDoesNotExist = "acme.accountDoesNotExist";
inline constexpr const char* kAlreadyReplaced = "acme.alreadyReplaced";
inline constexpr const char* kAlreadyRevoked = "acme.alreadyRevoked";
inline constexpr const char* kBadCsr = "acme.badCSR";
inline constexpr const char* kBadNonce = "acme.badNonce";
inline constexpr const char* kBadPublicKey = "acme.badPublicKey";
inline constexpr const char* kBadRevocationReason = "acme.badRevocationReason";
inline constexpr const char* kBadSignatureAlgorithm = "acme.badSignatureAlgorithm";
inline constexpr const char* kExternalAccountRequired = "acme.externalAccountRequired";
inline constexpr const char* kInvalidContact = "acme.invalidContact";
inline constexpr const char* kInvalidProfile = "acme.invalidProfile";
inline constexpr const char* kMalformed = "acme.malformed";
inline constexpr const char* kOrderNotReady = "acme.orderNotReady";
inline constexpr const char* kRateLimited = "acme.rateLimited";
inline constexpr const char* kRejectedIdentifier = "acme.rejectedIdentifier";
inline constexpr const char* kServerInternal = "acme.serverInternal";
inline constexpr const char* kUnauthorized = "acme.unauthorized";
inline constexpr const char* kUnsupportedContact = "acme.unsupportedContact";
inline constexpr const char* kUnsupportedIdentifier = "acme.unsupportedIdentifier";

}  // namespace step::acme
