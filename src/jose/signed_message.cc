#include "jose/signed_message.h"

#include "crypto/digest.h"
#include "jose/algorithm.h"
#include "jose/strict.h"
#include "json/write.h"

namespace step::jose {
namespace {

constexpr std::size_t kMaxSignedText = std::size_t{8} << 20U;
constexpr std::size_t kMaxSignatures = 100;

Error bad_message(std::string why) {
    return {.code = Code::kUnauthenticated,
            .detail = "error in cryptographic primitive",
            .cause = std::move(why)};
}

std::string signing_input(std::string_view protected_text, ByteView payload) {
    return encode_base64url(protected_text) + '.' + encode_base64url(payload);
}

/// RFC 7515 4.1.3: only a public key may be embedded.
Status check_embedded_key(const MessageSignature& signature) {
    const json::Value* embedded = signature.find("jwk");
    if (embedded == nullptr || embedded->is_null()) {
        return ok();
    }
    const auto key = parse_jwk(*embedded);
    return key && key->is_public() ? ok()
                                   : Status(invalid("invalid embedded jwk, must be public key"));
}

Status read_protected(MessageSignature& signature, std::string_view text) {
    STEP_ASSIGN(signature.protected_text, parse_base64url(text));
    if (!signature.protected_text.empty()) {
        STEP_ASSIGN(signature.protected_header,
                    parse_object(signature.protected_text, "Go value of type jose.rawHeader"));
    }
    return ok();
}

/// RFC 7515 7.2.1: a name may stand in one of the headers only.
Status check_disjoint(const MessageSignature& signature) {
    if (const json::Object* members = signature.header.as_object()) {
        for (const json::Member& member : *members) {
            if (signature.protected_header.find_exact(member.name) != nullptr) {
                return invalid(fmt::format("header {} is both protected and not", member.name));
            }
        }
    }
    return ok();
}

/// The members of a flattened JWS, or of one entry of "signatures".
Result<MessageSignature> read_signature(const json::Value& object) {
    MessageSignature signature;
    std::string text;
    STEP_TRY(get_string(object, "protected", text));
    STEP_TRY(read_protected(signature, text));
    if (const json::Value* header = object.find_exact("header"); header && !header->is_null()) {
        if (header->as_object() == nullptr) {
            return invalid("JWS member header is no object");
        }
        signature.header = *header;
    }
    text.clear();
    STEP_TRY(get_string(object, "signature", text));
    STEP_ASSIGN(signature.signature, parse_base64url(text));
    STEP_TRY(check_disjoint(signature));
    STEP_TRY(check_embedded_key(signature));
    return signature;
}

Result<SignedMessage> parse_signed_json(std::string_view text) {
    STEP_ASSIGN(const json::Value value, parse_object(text, "a JWS"));
    SignedMessage message;
    const json::Value* payload = value.find_exact("payload");
    if (payload == nullptr || payload->as_string() == nullptr) {
        return invalid("missing payload in JWS message");
    }
    STEP_ASSIGN(message.payload, parse_base64url(*payload->as_string()));
    const json::Value* list = value.find_exact("signatures");
    const bool none = list == nullptr || list->is_null() ||
                      (list->as_array() != nullptr && list->as_array()->empty());
    if (none) {  // An empty list, too, means the flattened form to go-jose.
        STEP_ASSIGN(MessageSignature signature, read_signature(value));
        message.signatures.push_back(std::move(signature));
        return message;
    }
    if (list->as_array() == nullptr || list->as_array()->size() > kMaxSignatures) {
        return invalid("JWS member signatures is no array, or too long");
    }
    for (const json::Value& item : *list->as_array()) {
        STEP_ASSIGN(MessageSignature signature, read_signature(item));
        message.signatures.push_back(std::move(signature));
    }
    return message;
}

Result<SignedMessage> parse_signed_compact(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t second = first == text.npos ? text.npos : text.find('.', first + 1);
    if (second == text.npos || text.find('.', second + 1) != text.npos) {
        return invalid("compact JWS format must have three parts");
    }
    SignedMessage message;
    MessageSignature signature;
    STEP_TRY(read_protected(signature, text.substr(0, first)));
    if (signature.protected_header.is_null()) {
        return invalid("unexpected end of JSON input");
    }
    STEP_ASSIGN(message.payload, parse_base64url(text.substr(first + 1, second - first - 1)));
    STEP_ASSIGN(signature.signature, parse_base64url(text.substr(second + 1)));
    STEP_TRY(check_embedded_key(signature));
    message.signatures.push_back(std::move(signature));
    return message;
}

Result<Bytes> sign(std::string_view input, std::string_view alg, const Jwk& key) {
    if (const auto hash = hmac_hash(alg); hash && !key.public_key) {
        return crypto::hmac(*hash, key.symmetric.view(), input);
    }
    const Algorithm* known = find_algorithm(alg);
    if (known == nullptr || !key.private_key || known->kind != key.private_key->kind()) {
        return invalid(fmt::format("alg '{}' is not compatible with the key", alg));
    }
    STEP_ASSIGN(Bytes signature, key.private_key->sign(known->scheme, input));
    return known->field_bytes == 0 ? Result<Bytes>(std::move(signature))
                                   : crypto::ecdsa_to_raw(signature, known->field_bytes);
}

json::Object encode_signature(const MessageSignature& signature) {
    json::Object out;
    if (!signature.protected_text.empty()) {
        out.push_back({.name = "protected", .value = encode_base64url(signature.protected_text)});
    }
    if (!signature.header.is_null()) {
        out.push_back({.name = "header", .value = signature.header});
    }
    out.push_back({.name = "signature", .value = encode_base64url(signature.signature)});
    return out;
}

}  // namespace

const json::Value* MessageSignature::find(std::string_view name) const {
    const json::Value* value = protected_header.find_exact(name);
    return value != nullptr ? value : header.find_exact(name);
}

std::string MessageSignature::text(std::string_view name) const {
    const json::Value* value = find(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

Result<SignedMessage> parse_signed(std::string_view text) {
    if (text.size() > kMaxSignedText) {
        return invalid("JWS is too large");
    }
    const std::string stripped = strip_space(text);
    return stripped.starts_with('{') ? parse_signed_json(stripped) : parse_signed_compact(stripped);
}

Status verify_signed(const SignedMessage& message, std::size_t index, const Jwk& key) {
    if (index >= message.signatures.size()) {
        return bad_message("there is no signature");
    }
    const MessageSignature& signature = message.signatures[index];
    if (signature.find("crit") != nullptr) {
        return bad_message("there is a critical header");
    }
    const std::string alg = signature.text("alg");
    const std::string input = signing_input(signature.protected_text, message.payload);
    if (!key.public_key) {
        const auto hash = hmac_hash(alg);
        const bool good =
            hash && crypto::equal_secrets(crypto::hmac(*hash, key.symmetric.view(), input),
                                          signature.signature);
        return good ? ok() : Status(bad_message("HMAC is wrong"));
    }
    const Algorithm* known = find_algorithm(alg);
    if (known == nullptr || known->kind != key.public_key->kind()) {
        return bad_message(fmt::format("alg {} does not fit the key", alg));
    }
    const Result<Bytes> der = signature_to_der(*known, signature.signature);
    return der && key.public_key->verify(known->scheme, input, *der)
               ? ok()
               : Status(bad_message("signature is wrong"));
}

Result<std::string> sign_compact(ByteView payload, std::string_view algorithm, json::Object header,
                                 const Jwk& key) {
    json::Value value(std::move(header));
    value.set("alg", algorithm);
    std::ranges::stable_sort(*value.as_object(), {}, &json::Member::name);
    STEP_TRY(check_no_duplicates(value));
    const std::string input = signing_input(json::encode(value), payload);
    STEP_ASSIGN(const Bytes signature, sign(input, algorithm, key));
    return input + '.' + encode_base64url(signature);
}

Result<std::string> encode_compact(const SignedMessage& message) {
    if (message.signatures.size() != 1 || !message.signatures[0].header.is_null() ||
        message.signatures[0].protected_text.empty()) {
        return invalid("compact serialization not supported for object");
    }
    return signing_input(message.signatures[0].protected_text, message.payload) + '.' +
           encode_base64url(message.signatures[0].signature);
}

std::string encode_json(const SignedMessage& message) {
    json::Object out{{.name = "payload", .value = encode_base64url(message.payload)}};
    if (message.signatures.size() == 1) {
        for (json::Member& member : encode_signature(message.signatures[0])) {
            out.push_back(std::move(member));
        }
        return json::encode(json::Value(std::move(out)));
    }
    json::Array list;
    for (const MessageSignature& signature : message.signatures) {
        list.emplace_back(encode_signature(signature));
    }
    out.push_back({.name = "signatures", .value = std::move(list)});
    return json::encode(json::Value(std::move(out)));
}

}  // namespace step::jose
