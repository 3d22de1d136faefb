#include "acme/api/key_cache_impl.h"

namespace step::acme {

Result<SigningKey> KeyCache::get(const Account& account) {
    if (std::optional<SigningKey> known = find(account.thumbprint)) {
        return *std::move(known);
    }
    Result<jose::Jwk> jwk = jose::parse_jwk(account.jwk);
    if (!jwk || !jwk->public_key) {
        return Error{.code = Code::kInternal,
                     .cause = "the key of ACME account " + account.id + " is damaged"};
    }
    const SigningKey key{.key = *jwk->public_key, .algorithm = jwk->alg};
    keep(account.thumbprint, key);
    return key;
}

std::optional<SigningKey> KeyCache::find(const Bytes& thumbprint) {
    const std::lock_guard lock(mutex_);
    const auto place = places_.find(thumbprint);
    if (place == places_.end()) {
        return std::nullopt;
    }
    kept_.splice(kept_.begin(), kept_, place->second);
    return place->second->key;
}

void KeyCache::keep(const Bytes& thumbprint, const SigningKey& key) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(thumbprint)) {
        return;  // Another thread was quicker.
    }
    kept_.push_front({.thumbprint = thumbprint, .key = key});
    places_.emplace(thumbprint, kept_.begin());
    if (kept_.size() > most_) {
        places_.erase(kept_.back().thumbprint);
        kept_.pop_back();
    }
}

}  // namespace step::acme
