#pragma once

#include <optional>
#include <string>

#include "acme/api/envelope_impl.h"
#include "acme/api/links_impl.h"
#include "acme/types.h"
#include "base/result.h"
#include "http/message.h"
#include "provisioner/provisioner.h"

namespace step::acme {

class KeyCache;
class Nonces;
class Service;

/// Which provisioner a request is for, and where its objects are. Borrows the request.
struct Place {
    const http::Request& request;
    const provisioner::Provisioner& provisioner;
    const provisioner::AcmeSettings& settings;
    Links links;
};

/// Who has to sign a request.
enum class SignedBy : std::uint8_t {
    kAccount,  ///< "kid"
    kKey,      ///< "jwk": a new account
    kEither,   ///< Revocation
};

/// A request that was signed by whom it says: what handlers work on.
struct AcmeRequest : Place {
    Bytes payload{};
    std::string url{};  ///< As it was signed.
    SigningKey key;
    /// RFC 7638, of a key that the request brought; empty if it named an account.
    Bytes thumbprint{};
    /// The account named, or the one that has the key brought. Valid.
    std::optional<Account> account{};

    bool brought_key() const { return !thumbprint.empty(); }
    bool is_post_as_get() const { return payload.empty(); }
};

/// What the guard asks.
struct Gate {
    const Service& service;
    Nonces& nonces;
    KeyCache& keys;
};

/// Checks a POST in the order of the original: content type, form (parse_envelope), nonce, URL,
/// one key, account, signature. The nonce is used up once the form is right, whatever follows. A
/// request to /certificate/ may have the content types that the original tolerates there.
Result<AcmeRequest> admit(const Place& place, SignedBy signer, const Gate& gate);

}  // namespace step::acme
