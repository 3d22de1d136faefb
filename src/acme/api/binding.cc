#include "acme/api/binding_impl.h"
#include "acme/api/envelope_impl.h"
#include "acme/api/problem_impl.h"
#include "acme/problem_types.h"
#include "base/text.h"
#include "jose/algorithm.h"
#include "json/decode.h"
#include "json/write.h"

namespace step::acme {
namespace {

Error refused(std::string detail) {
    return {.code = Code::kUnauthenticated, .detail = std::move(detail), .reason = kUnauthorized};
}

/// Only the members of a flattened JWS, in their order.
Result<std::string> flattened(const json::Value& value) {
    json::Object members;
    json::Fields fields(value, "externalAccountBinding");
    for (const char* name : {"protected", "payload", "signature"}) {
        std::string text;
        fields.get(name, text);
        members.push_back({.name = name, .value = std::move(text)});
    }
    if (const Status status = fields.status(); !status || value.as_object() == nullptr) {
        return malformed(status ? "externalAccountBinding is no object" : status.error().detail);
    }
    return json::encode(json::Value(std::move(members)));
}

}  // namespace

Result<Binding> read_binding(const json::Value& value, std::string_view url) {
    Binding binding;
    STEP_ASSIGN(binding.json, flattened(value));
    Result<jose::SignedMessage> message = jose::parse_signed(binding.json);
    if (!message) {
        return malformed("error parsing externalAccountBinding jws: " + message.error().detail);
    }
    binding.message = *std::move(message);
    const jose::MessageSignature& signature = binding.message.signatures.front();
    if (const std::string algorithm = signature.text("alg"); !jose::is_hmac(algorithm)) {
        return malformed("'alg' field set to invalid algorithm '" + printable(algorithm) + "'");
    }
    binding.key_id = signature.text("kid");
    if (binding.key_id.empty()) {
        return malformed("'kid' field is required");
    }
    if (signature.find("nonce") != nullptr) {
        return malformed("'nonce' must not be present");
    }
    if (signature.find("url") == nullptr) {
        return malformed("'url' field is required");
    }
    if (signature.text("url") != url) {
        return malformed("'url' field is not the same value as the outer JWS");
    }
    return binding;
}

Status verify_binding(const Binding& binding, ByteView account_thumbprint,
                      const std::string& provisioner_id, const Service& service) {
    STEP_ASSIGN(const std::optional<ExternalKey> key,
                service.find_external_key(provisioner_id, binding.key_id));
    if (!key) {
        return refused("the field 'kid' references an unknown key");
    }
    if (!key->account_id.empty() || key->key.empty()) {
        return refused("external account binding key with id '" + printable(binding.key_id) +
                       "' was already bound");
    }
    const jose::Jwk mac{.symmetric = Secret(key->key)};
    if (!jose::verify_signed(binding.message, 0, mac)) {
        return refused("error verifying externalAccountBinding signature");
    }
    const Result<jose::Jwk> named = jose::parse_jwk(binding.message.payload);
    if (!named || !named->is_public()) {
        return malformed("error unmarshaling payload into jwk");
    }
    return thumbprint_of(*named->public_key) == account_thumbprint
               ? ok()
               : Status(refused("keys in jws and eab payload do not match"));
}

}  // namespace step::acme
