#include <fmt/core.h>

#include "acme/api/envelope_impl.h"
#include "acme/api/problem_impl.h"
#include "acme/problem_types.h"
#include "jose/algorithm.h"
#include "jose/strict.h"

namespace step::acme {
namespace {

constexpr unsigned kMinRsaBits = 2048;

/// The members of the protected header that we read. `url` that is no text counts as absent.
Status read_header(Envelope& envelope) {
    const jose::MessageSignature& signature = envelope.message.signatures.front();
    const json::Value& header = signature.protected_header;
    STEP_TRY(jose::get_string(header, "alg", envelope.algorithm));
    STEP_TRY(jose::get_string(header, "nonce", envelope.nonce));
    STEP_TRY(jose::get_string(header, "kid", envelope.key_id));
    if (const json::Value* url = header.find_exact("url"); url && url->as_string()) {
        envelope.url = *url->as_string();
    }
    if (const json::Value* jwk = header.find_exact("jwk"); jwk && !jwk->is_null()) {
        STEP_ASSIGN(envelope.key, jose::parse_jwk(*jwk));
    }
    return ok();
}

Status parse(std::string_view body, Envelope& envelope) {
    STEP_ASSIGN(envelope.message, jose::parse_signed(body));
    return envelope.message.signatures.size() == 1 ? read_header(envelope) : ok();
}

Status check_algorithm(const Envelope& envelope) {
    const jose::Algorithm* algorithm = jose::find_algorithm(envelope.algorithm);
    if (algorithm == nullptr) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "unsuitable algorithm: " + envelope.algorithm,
                     .reason = kBadSignatureAlgorithm};
    }
    if (!envelope.key || algorithm->kind != crypto::KeyKind::kRsa) {
        return ok();
    }
    if (envelope.key->public_key->kind() != crypto::KeyKind::kRsa) {
        return malformed("jws key type and algorithm do not match");
    }
    if (envelope.key->public_key->bits() < kMinRsaBits) {
        return malformed(fmt::format("rsa keys must be at least {} bits ({} bytes) in size",
                                     kMinRsaBits, kMinRsaBits / 8));
    }
    return ok();
}

bool verifies(const jose::SignedMessage& message, const jose::Jwk& key) {
    return static_cast<bool>(jose::verify_signed(message, 0, key));
}

/// `short_one` with a zero put in at each of these places (of the whole).
Bytes padded(Bytes short_one, std::initializer_list<std::size_t> places) {
    for (const std::size_t place : places) {
        short_one.insert(short_one.begin() + static_cast<std::ptrdiff_t>(place), '\0');
    }
    return short_one;
}

bool verifies_padded(const Envelope& envelope, const jose::Jwk& key) {
    const jose::Algorithm* algorithm = jose::find_algorithm(envelope.algorithm);
    const Bytes& given = envelope.message.signatures.front().signature;
    const std::size_t half = algorithm == nullptr ? 0 : algorithm->field_bytes;
    std::vector<Bytes> tries;
    if (half != 0 && given.size() + 1 == 2 * half) {
        tries = {padded(given, {0}), padded(given, {half})};
    } else if (half != 0 && given.size() + 2 == 2 * half) {
        tries = {padded(given, {0, half})};
    }
    jose::SignedMessage message = envelope.message;
    return std::ranges::any_of(tries, [&](Bytes& signature) {
        message.signatures.front().signature = std::move(signature);
        return verifies(message, key);
    });
}

}  // namespace

Result<Envelope> parse_envelope(std::string_view body) {
    Envelope envelope;
    if (Status parsed = parse(body, envelope); !parsed) {
        return malformed("failed to parse JWS from request body: " + parsed.error().detail);
    }
    const auto& signatures = envelope.message.signatures;
    if (signatures.size() != 1) {
        return malformed("request body contains more than one signature");
    }
    if (const json::Object* outside = signatures.front().header.as_object();
        outside != nullptr && !outside->empty()) {
        return malformed("unprotected header must not be used");
    }
    STEP_TRY(check_algorithm(envelope));
    return envelope;
}

Status check_one_key(const Envelope& envelope) {
    if (envelope.key && !envelope.key_id.empty()) {
        return malformed("jwk and kid are mutually exclusive");
    }
    if (!envelope.key && envelope.key_id.empty()) {
        return malformed("either jwk or kid must be defined in jws protected header");
    }
    return ok();
}

Status verify_envelope(const Envelope& envelope, const SigningKey& key) {
    if (!key.algorithm.empty() && key.algorithm != envelope.algorithm) {
        return malformed("verifier and signature algorithm do not match");
    }
    const jose::Jwk jwk{.public_key = key.key};
    return verifies(envelope.message, jwk) || verifies_padded(envelope, jwk)
               ? ok()
               : Status(malformed("error verifying jws"));
}

Bytes thumbprint_of(const crypto::PublicKey& key) {
    return *jose::parse_base64url(jose::thumbprint(key));
}

}  // namespace step::acme
