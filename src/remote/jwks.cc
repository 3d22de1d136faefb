#include "remote/jwks.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "jose/jwk.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::remote {
namespace {

constexpr std::size_t kMostKeys = 1000;
constexpr unsigned kMinRsaBits = 2048;
constexpr std::chrono::seconds kUsualAge = std::chrono::hours(12);
constexpr std::chrono::seconds kLeastAge = std::chrono::minutes(1), kMostAge = std::chrono::days(1);

Error no_key_set(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

bool is_usable(const jose::Jwk& key) {
    return key.is_public() && (key.use.empty() || key.use == "sig") &&
           (key.public_key->kind() != crypto::KeyKind::kRsa ||
            key.public_key->bits() >= kMinRsaBits);
}

}  // namespace

Result<std::vector<IssuerKey>> parse_issuer_keys(std::string_view text) {
    STEP_ASSIGN(const json::Value set,
                json::parse(text, {.trailing = json::ParseOptions::Trailing::kIgnore}));
    const json::Value* list = set.find_exact("keys");
    if (list == nullptr || list->as_array() == nullptr) {
        return no_key_set("it is no JWK set");
    }
    if (list->as_array()->size() > kMostKeys) {
        return no_key_set("it has too many keys");
    }
    std::vector<IssuerKey> keys;
    for (const json::Value& item : *list->as_array()) {
        Result<jose::Jwk> key = jose::parse_jwk(item);
        if (key && is_usable(*key)) {
            keys.push_back({.kid = std::move(key->kid),
                            .algorithm = std::move(key->alg),
                            .key = *std::move(key->public_key)});
        }
    }
    if (keys.empty()) {
        return no_key_set("it has no key that can be used");
    }
    return keys;
}

Result<Discovery> parse_discovery(std::string_view text) {
    STEP_ASSIGN(const json::Value value,
                json::parse(text, {.trailing = json::ParseOptions::Trailing::kIgnore}));
    Discovery found;
    json::Fields fields(value, "configuration");
    fields.get("issuer", found.issuer).get("jwks_uri", found.jwks_uri);
    STEP_TRY(fields.status());
    if (found.issuer.empty()) {
        return no_key_set("issuer cannot be empty");
    }
    if (found.jwks_uri.empty()) {
        return no_key_set("jwks_uri cannot be empty");
    }
    if (!found.jwks_uri.starts_with("https://")) {
        return no_key_set("jwks_uri must use https");
    }
    return found;
}

std::chrono::seconds cache_age(std::string_view cache_control) {
    constexpr std::string_view kName = "max-age=";
    for (const std::string& part : split(cache_control, ',')) {
        const std::string_view directive = trim(part);
        if (directive.size() <= kName.size() ||
            !equal_fold(directive.substr(0, kName.size()), kName)) {
            continue;
        }
        const std::string_view digits = directive.substr(kName.size());
        std::int64_t seconds = 0;
        const auto [end, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (problem != std::errc() || end != digits.data() + digits.size() || seconds < 0) {
            return kUsualAge;
        }
        return std::clamp(std::chrono::seconds(seconds), kLeastAge, kMostAge);
    }
    return kUsualAge;
}

bool signed_by(const std::vector<IssuerKey>& keys, const jose::Jws& token) {
    return std::ranges::any_of(keys, [&](const IssuerKey& one) {
        return one.kid == token.key_id &&
               (one.algorithm.empty() || one.algorithm == token.algorithm) &&
               jose::verify_jws(token, one.key);
    });
}

}  // namespace step::remote
