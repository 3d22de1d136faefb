#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "acme/renewal_id.h"
#include "acme/service.h"
#include "acme/validation.h"
#include "base/base64.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_ca.h"

namespace step::acme {

/// Remembers what was announced.
struct Announced final : Attempts {
    std::vector<std::string> ids{};
    void announce(const std::string& id, ChallengeType /*type*/) override { ids.push_back(id); }
    bool await(const std::string& /*id*/, std::chrono::milliseconds /*time*/) override {
        return false;
    }
};

/// A CA over one database: several of them stand for several processes.
struct ServiceApp {
    ServiceApp(test::FakeClock& clock, Random& random, storage::Database& database,
               const std::shared_ptr<const issuance::Authority>& authority)
        : issuer(clock, random, authority, database),
          ledger(database),
          revocations(database, revocation::Keeps::kEverything),
          service({clock, random, database, issuer, ledger, revocations, announced}) {}

    issuance::Issuer issuer;
    issuance::Ledger ledger;
    revocation::Register revocations;
    Announced announced{};
    Service service;
};

struct ServiceWorld {
    test::FakeClock clock;
    test::FakeRandom random;
    std::unique_ptr<storage::Database> database = storage::open_memory();
    std::shared_ptr<const issuance::Authority> authority =
        std::make_shared<const issuance::Authority>(test::make_authority());
    ServiceApp one{clock, random, *database, authority};
    ServiceApp two{clock, random, *database, authority};
    provisioner::Provisioner provisioner = made(R"({"type":"ACME","name":"acme"})");
    crypto::PrivateKey key = test::must(crypto::generate_key(crypto::KeyKind::kEcP256));

    static provisioner::Provisioner made(const std::string& text) {
        return test::must(provisioner::make(test::must(json::parse(text)), {}));
    }

    Account account(const std::string& name = "alice") {
        return test::must(one.service.register_account(
                              provisioner, {.thumbprint = crypto::sha256(name), .jwk = "{}"}))
            .account;
    }

    static std::vector<Identifier> dns(const std::vector<std::string>& names) {
        std::vector<Identifier> all;
        for (const std::string& name : names) {
            all.push_back({"dns", name});
        }
        return all;
    }
    Result<Service::OrderView> ask(const Account& account, const Service::NewOrder& request) {
        std::vector<Problem::Part> refused;
        return one.service.new_order(provisioner, account, request, refused);
    }
    Service::OrderView order(const Account& account, const std::vector<std::string>& names) {
        return test::must(ask(account, {.identifiers = dns(names)}));
    }

    /// What a validator does, by hand.
    void tell(const std::string& authorization_id, ChallengeType type, const Try& tried) {
        const Store store;
        (void)test::must(database->transact([&](storage::Transaction& transaction) -> Status {
            STEP_ASSIGN(auto found, store.authorizations.get(transaction, authorization_id));
            REQUIRE(found);
            REQUIRE(apply(*found, type, tried, clock.now()));
            return store.authorizations.update(transaction, *found);
        }));
    }
    /// Every authorization of the order turns valid.
    void prove(const Account& account, const Order& order) {
        for (const std::string& id : order.authorization_ids) {
            const auto seen = test::must(one.service.find_authorization(account, id));
            if (seen.status == AuthorizationStatus::kValid) {
                continue;
            }
            const ChallengeType type = seen.authorization.challenges.front().type;
            (void)test::must(one.service.begin_challenge(account, id, type));
            tell(id, type, {.verdict = Try::Verdict::kValid});
        }
    }

    x509::Csr request(const std::vector<std::string>& names, const std::string& common_name = "") {
        return test::make_request(common_name, {.dns = names}, key);
    }
    Result<Service::OrderView> finalize(const Account& account, const Order& order,
                                        const x509::Csr& csr) {
        std::optional<issuance::Issued> issued;
        return one.service.finalize(provisioner, account, order.id, csr, "", issued);
    }
    /// A certificate for these names: its order, valid.
    Order issued(const Account& account, const std::vector<std::string>& names) {
        const Order made = order(account, names).order;
        prove(account, made);
        return test::must(finalize(account, made, request(names))).order;
    }
    x509::Certificate certificate(const Order& order) {
        return test::must(
            x509::parse_certificate(test::must(one.ledger.find(order.serial))->certificate));
    }
};

inline std::string renewal_id(const x509::Certificate& certificate) {
    return encode_base64(*certificate.authority_key_id, Base64::kRawUrl) + "." +
           encode_base64(certificate.serial, Base64::kRawUrl);
}

template <class T>
std::string reason_of(const Result<T>& result) {
    return result || result.error().reason == nullptr ? "" : result.error().reason;
}

}  // namespace step::acme
