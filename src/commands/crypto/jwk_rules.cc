#include "commands/crypto/jwk_rules.h"

#include <fmt/format.h>

#include "jose/algorithm.h"

namespace step::commands {

namespace {

Error unfit(const std::string& alg, const std::string& key) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("alg '{}' is not compatible with {}", alg, key)};
}

std::string_view curve_of(crypto::KeyKind kind) {
    switch (kind) {
        case crypto::KeyKind::kEcP256:
            return "P-256";
        case crypto::KeyKind::kEcP384:
            return "P-384";
        case crypto::KeyKind::kEcP521:
            return "P-521";
        case crypto::KeyKind::kEd25519:
            return "Ed25519";
        case crypto::KeyKind::kRsa:
            break;
    }
    return "";
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

Status validate_signing(const jose::Jwk& jwk) {
    if (jwk.alg.empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "flag '--alg' is required with the given key"};
    }
    const std::string kty = key_type(jwk);
    bool fits = false;
    std::string key = fmt::format("kty '{}'", kty);
    if (kty == "oct") {
        fits = jose::is_hmac(jwk.alg);
    } else if (kty == "RSA") {
        fits = is_one_of(jwk.alg, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"});
    } else {
        fits = jwk.alg == jose::default_algorithm(*jwk.public_key);
        key += fmt::format(" and crv '{}'", curve_of(jwk.public_key->kind()));
    }
    return fits ? ok() : Status(unfit(jwk.alg, key));
}

Status validate_encryption(const jose::Jwk& jwk) {
    const std::string kty = key_type(jwk);
    bool fits = false;
    if (kty == "oct") {
        fits = is_one_of(
            jwk.alg, {"dir", "A128GCMKW", "A192GCMKW", "A256GCMKW", "A128KW", "A192KW", "A256KW"});
    } else if (kty == "RSA") {
        fits = is_one_of(jwk.alg, {"RSA1_5", "RSA-OAEP", "RSA-OAEP-256"});
    } else if (kty == "EC") {
        fits =
            is_one_of(jwk.alg, {"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"});
    } else {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "key Ed25519 cannot be used for encryption"};
    }
    return fits ? ok() : Status(unfit(jwk.alg, fmt::format("kty '{}'", kty)));
}

}  // namespace

std::string key_type(const jose::Jwk& jwk) {
    if (!jwk.public_key) {
        return "oct";
    }
    switch (jwk.public_key->kind()) {
        case crypto::KeyKind::kRsa:
            return "RSA";
        case crypto::KeyKind::kEd25519:
            return "OKP";
        default:
            return "EC";
    }
}

std::string guess_algorithm(const jose::Jwk& jwk, const std::string& use) {
    const std::string kty = key_type(jwk);
    if (use != "enc" || kty == "OKP") {
        return kty == "oct" ? "HS256" : jose::default_algorithm(*jwk.public_key);
    }
    return kty == "oct" ? "A256GCMKW" : kty == "RSA" ? "RSA-OAEP-256" : "ECDH-ES";
}

Status validate_jwk(const jose::Jwk& jwk) {
    if (jwk.use == "sig") {
        return validate_signing(jwk);
    }
    return jwk.use == "enc" ? validate_encryption(jwk) : ok();
}

}  // namespace step::commands
