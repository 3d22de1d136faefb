#include <algorithm>

#include "acme/api/guard_impl.h"
#include "acme/api/key_cache_impl.h"
#include "acme/api/nonces.h"
#include "acme/api/problem_impl.h"
#include "acme/problem_types.h"
#include "acme/service.h"
#include "base/text.h"

namespace step::acme {
namespace {

Error unauthorized(std::string detail) {
    return {.code = Code::kUnauthenticated, .detail = std::move(detail), .reason = kUnauthorized};
}

Status check_content_type(const http::Request& request) {
    std::vector<std::string> expected{"application/jose+json"};
    if (request.path.find("/certificate/") != std::string::npos) {
        expected.insert(expected.end(), {"application/pkix-cert", "application/pkcs7-mime"});
    }
    const std::string_view given = http::find_header(request.headers, "Content-Type");
    if (std::ranges::find(expected, given) != expected.end()) {
        return ok();
    }
    return malformed("expected content-type to be in " + format_list(expected) + ", but got " +
                     printable(given));
}

Status check_url(const Envelope& envelope, const Place& place) {
    if (envelope.url.empty()) {
        return malformed("jws missing url protected header");
    }
    const http::Request& request = place.request;
    if (!is_request_url(envelope.url, place.links.host(), request.path, request.query)) {
        return malformed("url header in JWS (" + printable(envelope.url) +
                         ") does not match request url (https://" +
                         printable(place.links.host() + request.path) + ")");
    }
    return ok();
}

Status check_signer(const Envelope& envelope, SignedBy signer) {
    if (signer == SignedBy::kKey && !envelope.key) {
        return malformed("jwk expected in protected header");
    }
    if (signer == SignedBy::kAccount && envelope.key) {
        return malformed("signature missing 'kid'");
    }
    return ok();
}

Status check_active(const Account& account) {
    return account.status == AccountStatus::kValid ? ok()
                                                   : Status(unauthorized("account is not active"));
}

/// The account that "kid" names, at this provisioner.
Result<Account> named_account(const std::string& kid, const Place& place, const Gate& gate) {
    // As the original finds it: the last segment, whatever slashes follow.
    const std::string path = kid.substr(0, kid.find_last_not_of('/') + 1);
    const std::string id = path.substr(path.rfind('/') + 1);
    STEP_ASSIGN(std::optional<Account> account, gate.service.find_account(id));
    if (!account) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "account with ID '" + printable(id) + "' not found",
                     .reason = kAccountDoesNotExist};
    }
    STEP_TRY(check_active(*account));
    if (account->provisioner_id != place.provisioner.id) {
        return unauthorized("account provisioner does not match requested provisioner");
    }
    if (!place.links.is_account(kid, account->id)) {
        return unauthorized("kid does not match stored account location; expected " +
                            place.links.account(account->id) + ", but got " + printable(kid));
    }
    return *std::move(account);
}

}  // namespace

Result<AcmeRequest> admit(const Place& place, SignedBy signer, const Gate& gate) {
    STEP_TRY(check_content_type(place.request));
    STEP_ASSIGN(Envelope envelope, parse_envelope(place.request.body));
    STEP_TRY(gate.nonces.use(envelope.nonce));
    STEP_TRY(check_url(envelope, place));
    STEP_TRY(check_one_key(envelope));
    STEP_TRY(check_signer(envelope, signer));

    std::optional<Account> account;
    Bytes thumbprint;
    std::optional<SigningKey> key;
    if (envelope.key) {
        key = SigningKey{.key = *envelope.key->public_key, .algorithm = envelope.key->alg};
        thumbprint = thumbprint_of(key->key);
        STEP_ASSIGN(account, gate.service.find_account(place.provisioner.id, thumbprint));
        if (account) {
            STEP_TRY(check_active(*account));
        }
    } else {
        STEP_ASSIGN(account, named_account(envelope.key_id, place, gate));
        STEP_ASSIGN(key, gate.keys.get(*account));
    }
    STEP_TRY(verify_envelope(envelope, *key));
    return AcmeRequest{place,
                       std::move(envelope.message.payload),
                       std::move(envelope.url),
                       *std::move(key),
                       std::move(thumbprint),
                       std::move(account)};
}

}  // namespace step::acme
