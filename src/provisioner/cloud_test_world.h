#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/pem.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "jose/strict.h"
#include "json/write.h"
#include "provisioner/set.h"
#include "remote/outside.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_fetcher.h"
#include "tests/support/fake_random.h"
#include "tests/support/shared_clock.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_ca.h"

namespace step::test {

struct NoLog final : Log {
    void write(Level /*level*/, std::string_view /*text*/, const Fields& /*fields*/) override {}
};

/// Keys that take a while to make, once for all tests of a program.
inline const crypto::PrivateKey& rsa_key(int which = 0, unsigned bits = 2048) {
    static std::map<std::pair<int, unsigned>, crypto::PrivateKey> keys;
    auto found = keys.find({which, bits});
    if (found == keys.end()) {
        found = keys.emplace(std::pair(which, bits),
                             must(crypto::generate_key(crypto::KeyKind::kRsa, bits)))
                    .first;
    }
    return found->second;
}

inline json::Value jwk_of(const std::string& kid, const crypto::PublicKey& key) {
    jose::Jwk jwk{.kid = kid};
    jwk.public_key = key;
    return jose::public_jwk(jwk);
}
inline std::string jwk_set(const std::vector<json::Value>& keys) {
    return json::encode(
        json::Object{{.name = "keys", .value = json::Array(keys.begin(), keys.end())}});
}

/// A CA with one provisioner of a cloud, servers on paper, and a clock.
struct CloudWorld {
    CloudWorld() = default;
    CloudWorld(const CloudWorld&) = delete;
    CloudWorld& operator=(const CloudWorld&) = delete;
    virtual ~CloudWorld() = default;

    /// After the last change of `entry`.
    void open() {
        set.reset();
        if (outside == nullptr) {
            outside = std::make_shared<remote::Outside>(
                remote::KeySet::World{.fetcher = fetcher,
                                      .clock = clock,
                                      .random = random,
                                      .log = log,
                                      .timing = {.wait = std::chrono::seconds(5),
                                                 .first_retry = std::chrono::milliseconds(1)}},
                nullptr);
        }
        std::vector<provisioner::Provisioner> made;
        made.push_back(must(provisioner::make(entry, {.outside = outside})));
        set = std::make_unique<provisioner::ProvisionerSet>(must(provisioner::ProvisionerSet::open(
            std::move(made), {.dns_names = {"ca.test"}, .started = clock.now()}, clock,
            *database)));
    }

    std::int64_t now(std::int64_t shift = 0) const {
        return std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count() +
               shift;
    }

    /// "" if the token is good, else why not.
    std::string verdict(const std::string& token) {
        if (set == nullptr) {
            open();
        }
        const auto may = set->authorize_sign(token);
        if (may) {
            return "";
        }
        CHECK(may.error().code == Code::kUnauthenticated);
        return may.error().detail + may.error().cause;
    }
    provisioner::SignPermission permission(const std::string& token) {
        if (set == nullptr) {
            open();
        }
        return must(set->authorize_sign(token));
    }
    /// "" if it could be used up.
    std::string use(const provisioner::SignPermission& may) {
        const Status used = database->transact(
            [&](storage::Transaction& transaction) { return may.use_token(transaction, "s"); });
        return used ? "" : used.error().cause;
    }

    SharedClock clock{};
    FakeRandom random{};
    NoLog log{};
    std::shared_ptr<FakeFetcher> fetcher = std::make_shared<FakeFetcher>();
    std::shared_ptr<remote::Outside> outside{};
    std::unique_ptr<storage::Database> database = storage::open_memory();
    json::Value entry{};
    std::unique_ptr<provisioner::ProvisionerSet> set{};
};

/// What is done to a value, one letter of a Hostile row each.
inline constexpr std::string_view kMutations[] = {
    "missing", "null", "a number",     "true",      "[]",
    "{}",      "\"\"", "another text", "in a list", "as text with a space"};

/// Changes the value at `path` ("a.b.c") of an object; false for what is to go.
inline bool mutate(json::Value& object, std::string_view path, std::size_t mutation) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (dot != std::string_view::npos) {
        const json::Value* found = object.find_exact(name);
        json::Value inner = found != nullptr ? *found : json::Value(json::Object{});
        mutate(inner, path.substr(dot + 1), mutation);
        object.set(name, std::move(inner));
        return true;
    }
    const json::Value* found = object.find_exact(name);
    const json::Value old = found != nullptr ? *found : json::Value("x");
    switch (mutation) {
        case 0:
            object.remove(name);
            break;
        case 1:
            object.set(name, json::Value());
            break;
        case 2:
            object.set(name, 7);
            break;
        case 3:
            object.set(name, true);
            break;
        case 4:
            object.set(name, json::Array{});
            break;
        case 5:
            object.set(name, json::Object{});
            break;
        case 6:
            object.set(name, "");
            break;
        case 7:
            object.set(name, "other");
            break;
        case 8:
            object.set(name, json::Array{old});
            break;
        default:
            object.set(name,
                       (old.as_string() != nullptr ? *old.as_string() : json::encode(old)) + " ");
    }
    return true;
}

/// One member and what becomes of the token for each of kMutations: '.' it is good, 'x' it is not.
struct Hostile {
    const char* path;
    const char* outcome;
};

}  // namespace step::test
