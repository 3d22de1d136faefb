#pragma once

#include <list>
#include <map>
#include <mutex>

#include "acme/api/envelope_impl.h"
#include "acme/types.h"

namespace step::acme {

/// The keys of accounts, ready to verify with: reading a JWK and making a key of it would cost
/// more than the signature. Keeps those used last. Thread-safe.
class KeyCache {
public:
    explicit KeyCache(std::size_t most) : most_(most) {}
    /// Fails with kInternal if the account's JWK cannot be read.
    Result<SigningKey> get(const Account& account);

private:
    struct Kept {
        Bytes thumbprint{};
        SigningKey key;
    };
    std::optional<SigningKey> find(const Bytes& thumbprint);
    void keep(const Bytes& thumbprint, const SigningKey& key);

    const std::size_t most_;
    std::mutex mutex_;
    std::list<Kept> kept_;  ///< The last used first.
    std::map<Bytes, std::list<Kept>::iterator> places_;
};

}  // namespace step::acme
