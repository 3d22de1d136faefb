#include "jose/jws.h"

#include "crypto/digest.h"
#include "jose/algorithm.h"
#include "jose/jwk.h"
#include "jose/strict.h"
#include "json/write.h"

namespace step::jose {
namespace {

constexpr std::size_t kMaxToken = std::size_t{64} << 10U;

Error bad_signature(std::string why) {
    return {.code = Code::kUnauthenticated,
            .detail = "error in cryptographic primitive",
            .cause = std::move(why)};
}

/// We know no extension, so any that must be understood refuses the token (RFC 7515 4.1.11).
Status check_critical(const json::Value& header) {
    const json::Value* critical = header.find_exact("crit");
    if (critical == nullptr || critical->is_null()) {
        return ok();
    }
    const json::Array* names = critical->as_array();
    if (names == nullptr || !names->empty()) {
        return invalid("unsupported critical header");
    }
    return ok();
}

/// RFC 7515 4.1.3: only a public key may be embedded.
Status check_embedded_key(const json::Value& header) {
    const json::Value* embedded = header.find_exact("jwk");
    if (embedded == nullptr || embedded->is_null()) {
        return ok();
    }
    STEP_ASSIGN(const Jwk key, parse_jwk(*embedded));
    if (!key.public_key || key.private_key) {
        return invalid("invalid embedded jwk, must be public key");
    }
    return ok();
}

Status check_header(Jws& jws) {
    std::string nonce;
    STEP_TRY(get_string(jws.header, "alg", jws.algorithm));
    STEP_TRY(get_string(jws.header, "kid", jws.key_id));
    STEP_TRY(get_string(jws.header, "nonce", nonce));
    if (find_algorithm(jws.algorithm) == nullptr && !is_hmac(jws.algorithm)) {
        return invalid("unknown or unsupported algorithm");
    }
    STEP_TRY(check_critical(jws.header));
    return check_embedded_key(jws.header);
}

}  // namespace

Result<Jws> parse_jws(std::string_view compact) {
    if (compact.size() > kMaxToken) {
        return invalid("token is too large");
    }
    const std::string text = strip_space(compact);
    const std::string_view view = text;
    const std::size_t first = view.find('.');
    const std::size_t second = first == view.npos ? view.npos : view.find('.', first + 1);
    if (second == view.npos || view.find('.', second + 1) != view.npos) {
        return invalid("compact JWS format must have three parts");
    }

    Jws jws;
    STEP_ASSIGN(const Bytes header, parse_base64url(view.substr(0, first)));
    STEP_ASSIGN(jws.payload, parse_base64url(view.substr(first + 1, second - first - 1)));
    STEP_ASSIGN(jws.signature, parse_base64url(view.substr(second + 1)));
    STEP_ASSIGN(jws.header, parse_object(header, "a JWS header"));
    STEP_TRY(check_header(jws));
    // Encoded anew, as the original does: what was signed is the one canonical form, so that
    // stray bits and padding in the text change nothing.
    jws.signing_input = encode_base64url(header) + '.' + encode_base64url(jws.payload);
    return jws;
}

Status verify_jws(const Jws& jws, const crypto::PublicKey& key) {
    const Algorithm* algorithm = find_algorithm(jws.algorithm);
    if (algorithm == nullptr || algorithm->kind != key.kind()) {
        return bad_signature(fmt::format("alg {} does not fit the key", jws.algorithm));
    }
    const Result<Bytes> signature = signature_to_der(*algorithm, jws.signature);
    if (!signature) {
        return bad_signature(signature.error().detail);
    }
    if (!key.verify(algorithm->scheme, jws.signing_input, *signature)) {
        return bad_signature("signature is wrong");
    }
    return ok();
}

Status verify_hmac(const Jws& jws, ByteView key) {
    const std::optional<crypto::Hash> hash = hmac_hash(jws.algorithm);
    if (!hash) {
        return bad_signature(fmt::format("alg {} does not fit the key", jws.algorithm));
    }
    if (!crypto::equal_secrets(crypto::hmac(*hash, key, jws.signing_input), jws.signature)) {
        return bad_signature("signature is wrong");
    }
    return ok();
}

Result<std::string> sign_jws(ByteView payload, std::string_view algorithm, json::Object header,
                             const crypto::PrivateKey& key) {
    const Algorithm* known = find_algorithm(algorithm);
    if (known == nullptr || known->kind != key.kind()) {
        return invalid(fmt::format("alg '{}' is not compatible with the key", algorithm));
    }
    json::Value value(std::move(header));
    value.set("alg", algorithm);
    json::Object& members = *value.as_object();
    std::stable_sort(members.begin(), members.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    STEP_TRY(check_no_duplicates(value));

    std::string token = encode_base64url(json::encode(value)) + '.' + encode_base64url(payload);
    STEP_ASSIGN(Bytes signature, key.sign(known->scheme, token));
    if (known->field_bytes != 0) {
        STEP_ASSIGN(signature, crypto::ecdsa_to_raw(signature, known->field_bytes));
    }
    return token + '.' + encode_base64url(signature);
}

}  // namespace step::jose
