#include <thread>

#include "acme/service_test_world.h"
#include "acme/states.h"
#include "base/text.h"

using namespace step;
using namespace step::acme;
using test::must;

TEST_CASE("a key has one account at a provisioner, and another one elsewhere") {
    ServiceWorld world;
    const Bytes key = crypto::sha256("k");
    const auto first = must(
        world.one.service.register_account(world.provisioner, {.thumbprint = key, .jwk = "{}"}));
    CHECK(first.created);
    const auto second = must(
        world.two.service.register_account(world.provisioner, {.thumbprint = key, .jwk = "{}"}));
    CHECK_FALSE(second.created);
    CHECK(second.account.id == first.account.id);
    const auto elsewhere = must(world.one.service.register_account(
        ServiceWorld::made(R"({"type":"ACME","name":"other"})"), {.thumbprint = key}));
    CHECK(elsewhere.created);
    CHECK(reason_of(world.one.service.register_account(
              world.provisioner, {.thumbprint = crypto::sha256("l"),
                                  .only_return_existing = true})) == kAccountDoesNotExist);
}

TEST_CASE("a provisioner that requires a binding takes each external key once") {
    ServiceWorld world;
    world.provisioner.acme->require_eab = true;
    const Store store;
    (void)must(world.database->transact([&](storage::Transaction& transaction) {
        return store.external_keys.insert(
            transaction, {.id = "eab", .provisioner_id = world.provisioner.id, .key = "secret"});
    }));
    const auto ask = [&](const char* key, const char* external) {
        return world.one.service.register_account(
            world.provisioner,
            {.thumbprint = crypto::sha256(key), .jwk = "{}", .external_key_id = external});
    };
    CHECK(reason_of(ask("a", "")) == kExternalAccountRequired);
    CHECK(reason_of(ask("a", "none")) == kUnauthorized);
    const auto bound = must(ask("a", "eab"));
    CHECK(bound.account.external_key_id == "eab");
    const auto key = must(world.one.service.find_external_key(world.provisioner.id, "eab"));
    REQUIRE(key);
    CHECK(key->key.empty());
    CHECK(key->account_id == bound.account.id);
    CHECK(reason_of(ask("b", "eab")) == kUnauthorized);
    CHECK_FALSE(must(ask("a", "")).created);  // It has its account.
}

TEST_CASE("an account changes its contacts or its key, and ends") {
    ServiceWorld world;
    const Account alice = world.account("alice"), bob = world.account("bob");
    const Service& service = world.one.service;
    CHECK(must(service.change_account(alice, {.contacts = std::vector<std::string>{"mailto:a@b"}}))
              .contacts.size() == 1);
    CHECK(reason_of(service.change_account(
              alice, {.contacts = std::vector<std::string>(), .deactivate = true})) == kMalformed);
    const auto taken = service.change_key(alice, bob.thumbprint, "{}");
    REQUIRE(reason_of(taken) == Service::kKeyInUse);
    CHECK(taken.error().detail == bob.id);
    const Account moved = must(service.change_key(alice, crypto::sha256("new"), R"({"new":1})"));
    CHECK(moved.jwk == R"({"new":1})");
    CHECK_FALSE(must(service.find_account(world.provisioner.id, alice.thumbprint)));
    // Who still holds the old key has nothing to say.
    CHECK(reason_of(service.change_key(alice, crypto::sha256("x"), "{}")) == kUnauthorized);
    CHECK(must(service.change_account(moved, {.deactivate = true})).status ==
          AccountStatus::kDeactivated);
    CHECK(reason_of(service.change_account(moved, {.deactivate = true})) == kUnauthorized);
}

TEST_CASE("an order has each identifier once, with the challenges that can prove it") {
    ServiceWorld world;
    const Account alice = world.account();
    const auto made = must(world.ask(alice, {.identifiers = {{"dns", "A.test."},
                                                             {"dns", "a.test"},
                                                             {"dns", "*.a.test"},
                                                             {"ip", "::ffff:10.0.0.1"},
                                                             {"ip", "2001:DB8::0:1"}}}));
    const std::vector<Identifier> expected = {
        {"dns", "a.test"}, {"dns", "*.a.test"}, {"ip", "10.0.0.1"}, {"ip", "2001:db8::1"}};
    CHECK(made.order.identifiers == expected);
    CHECK(made.status == OrderStatus::kPending);
    REQUIRE(made.order.authorization_ids.size() == 4);
    std::vector<std::size_t> counts;
    for (const std::string& id : made.order.authorization_ids) {
        const auto seen = must(world.one.service.find_authorization(alice, id));
        counts.push_back(seen.authorization.challenges.size());
        CHECK(seen.authorization.token.size() == 32);
        CHECK(seen.authorization.expires == made.order.expires);
    }
    CHECK(counts == std::vector<std::size_t>{3, 1, 2, 2});
    const auto wildcard =
        must(world.one.service.find_authorization(alice, made.order.authorization_ids[1]));
    CHECK(wildcard.authorization.wildcard);
    CHECK(wildcard.authorization.identifier.value == "a.test");
    CHECK(made.order.not_after - made.order.not_before ==
          std::chrono::hours(24) + std::chrono::minutes(1));
}

TEST_CASE("identifiers that no certificate could have are refused, each with its own part") {
    ServiceWorld world;
    const Account alice = world.account();
    for (const char* wrong :
         {"",
          ".",
          "a..test",
          "*",
          "*.",
          "a.*.test",
          "*.*.test",
          "10.0.0.1",
          "::1",
          "1.2.3",
          "a.123",
          "a_b.test",
          "-a.test",
          "m\xc3\xbcnchen.test",
          "a b.test",
          "a.test\n",
          "a/b",
          "user@a.test",
          "https://a.test",
          "xn--a.test",
          "foo*.test",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test"}) {
        CAPTURE(wrong);
        CHECK(reason_of(world.ask(alice, {.identifiers = {{"dns", wrong}}})) ==
              kRejectedIdentifier);
    }
    CHECK(reason_of(world.ask(alice, {.identifiers = {{"ip", "a.test"}}})) == kRejectedIdentifier);
    CHECK(reason_of(world.ask(alice, {.identifiers = {{"email", "a@b"}}})) ==
          kUnsupportedIdentifier);
    CHECK(reason_of(world.ask(alice, Service::NewOrder{})) == kMalformed);
    CHECK(reason_of(world.ask(alice, {.identifiers = std::vector<Identifier>(101)})) == kMalformed);

    std::vector<Problem::Part> refused;
    const auto mixed = world.one.service.new_order(
        world.provisioner, alice,
        {.identifiers = {{"dns", "good.test"}, {"dns", "b_d.test"}, {"email", "a@b"}}}, refused);
    CHECK(reason_of(mixed) == kRejectedIdentifier);
    REQUIRE(refused.size() == 2);
    CHECK(refused[0].identifier.value == "b_d.test");
    CHECK(refused[1].type == "unsupportedIdentifier");
}

TEST_CASE("policies count when an order is made") {
    ServiceWorld world;
    world.provisioner = ServiceWorld::made(
        R"({"type":"ACME","name":"acme","policy":{"x509":{"allow":{"dns":["*.good.test"]}}}})");
    const Account alice = world.account();
    CHECK(world.ask(alice, {.identifiers = ServiceWorld::dns({"a.good.test"})}));
    std::vector<Problem::Part> refused;
    const auto no = world.one.service.new_order(
        world.provisioner, alice, {.identifiers = ServiceWorld::dns({"a.good.test", "a.bad.test"})},
        refused);
    CHECK(reason_of(no) == kRejectedIdentifier);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].identifier.value == "a.bad.test");
}

TEST_CASE("a name that no challenge of the provisioner can prove is refused at once") {
    ServiceWorld world;
    world.provisioner =
        ServiceWorld::made(R"({"type":"ACME","name":"acme","challenges":["http-01"]})");
    const Account alice = world.account();
    CHECK(world.ask(alice, {.identifiers = ServiceWorld::dns({"a.test"})}));
    CHECK(reason_of(world.ask(alice, {.identifiers = ServiceWorld::dns({"*.a.test"})})) ==
          kRejectedIdentifier);
}

TEST_CASE("times of an order lie within the claims") {
    ServiceWorld world;
    const Account alice = world.account();
    const SysSeconds now = std::chrono::floor<std::chrono::seconds>(world.clock.now());
    const auto ask = [&](std::optional<SysSeconds> begin, std::optional<SysSeconds> end) {
        return world.ask(
            alice,
            {.identifiers = ServiceWorld::dns({"a.test"}), .not_before = begin, .not_after = end});
    };
    CHECK(must(ask({}, now + std::chrono::hours(1))).order.not_after ==
          now + std::chrono::hours(1));
    CHECK(reason_of(ask({}, now - std::chrono::hours(1))) == kMalformed);
    CHECK(reason_of(ask({}, now + std::chrono::hours(48))) == kMalformed);
    CHECK(reason_of(ask(now + std::chrono::hours(2), now + std::chrono::hours(1))) == kMalformed);
}

TEST_CASE("a certificate needs every proof, and then there is one") {
    ServiceWorld world;
    const Account alice = world.account();
    const Order order = world.order(alice, {"a.test", "b.test"}).order;
    CHECK(reason_of(world.finalize(alice, order, world.request({"a.test", "b.test"}))) ==
          kOrderNotReady);
    world.prove(alice, order);
    CHECK(must(world.two.service.find_order(alice, order.id)).status == OrderStatus::kReady);
    const auto valid = must(world.finalize(alice, order, world.request({"B.test"}, "a.test")));
    CHECK(valid.status == OrderStatus::kValid);
    const x509::Certificate certificate = world.certificate(valid.order);
    CHECK(certificate.names.dns == std::vector<std::string>{"a.test", "b.test"});
    CHECK(certificate.subject.common_name() == "a.test");
    CHECK(certificate.not_after == order.not_after);
    CHECK(x509::step_provisioner_of(certificate)->name == "acme");
    CHECK(x509::step_provisioner_of(certificate)->type == 6);
    const std::string chain =
        must(world.two.service.certificate_chain(alice, certificate_id(valid.order.serial)));
    CHECK(split(chain, '-').size() == 41);  // Two blocks of PEM.

    // Asked again, even with another request: the same.
    const auto again = must(world.finalize(alice, order, world.request({"c.test"})));
    CHECK(again.order.serial == valid.order.serial);
    CHECK(must(world.one.ledger.list({}, 10)).entries.size() == 1);
}

TEST_CASE("a request must ask for exactly the names of its order") {
    ServiceWorld world;
    const Account alice = world.account();
    const Order order = world.order(alice, {"a.test", "b.test"}).order;
    world.prove(alice, order);
    for (const x509::Csr& csr :
         {world.request({"a.test"}), world.request({"a.test", "b.test", "c.test"}),
          world.request({"a.test", "b.test"}, "c.test"), world.request({}, "a.test"),
          test::make_request("", {.dns = {"a.test", "b.test"}, .ips = {Bytes("\x7f\0\0\1", 4)}},
                             world.key),
          test::make_request("", {.dns = {"a.test", "b.test"}, .emails = {"a@a.test"}}, world.key),
          test::make_request("", {.dns = {"a.test", "b.test"}, .uris = {"https://a.test"}},
                             world.key)}) {
        CHECK(reason_of(world.finalize(alice, order, csr)) == kBadCsr);
    }
    CHECK(must(world.one.ledger.list({}, 10)).entries.empty());
    CHECK(world.finalize(alice, order, world.request({"a.test"}, "b.test")));
}

TEST_CASE("of many who finalize one order, in several processes, all get one certificate") {
    ServiceWorld world;
    const Account alice = world.account();
    const Order order = world.order(alice, {"a.test"}).order;
    world.prove(alice, order);
    const x509::Csr csr = world.request({"a.test"});
    std::vector<std::thread> threads;
    std::vector<Bytes> serials(50);
    for (std::size_t i = 0; i < serials.size(); ++i) {
        threads.emplace_back([&, i] {
            std::optional<issuance::Issued> issued;
            const Service& service = i % 2 == 0 ? world.one.service : world.two.service;
            const auto view = service.finalize(world.provisioner, alice, order.id, csr, "", issued);
            serials[i] = view ? view->order.serial : "";
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK_FALSE(serials.front().empty());
    for (const Bytes& serial : serials) {
        CHECK(serial == serials.front());
    }
    CHECK(must(world.one.ledger.list({}, 100)).entries.size() == 1);
}

TEST_CASE("nobody sees or changes what belongs to another account") {
    ServiceWorld world;
    const Account alice = world.account("alice"), mallory = world.account("mallory");
    const Order order = world.order(alice, {"a.test"}).order;
    const std::string& authorization = order.authorization_ids.front();
    const Service& service = world.one.service;
    CHECK(reason_of(service.find_order(mallory, order.id)) == kUnauthorized);
    CHECK(reason_of(service.find_authorization(mallory, authorization)) == kUnauthorized);
    CHECK(reason_of(service.deactivate_authorization(mallory, authorization)) == kUnauthorized);
    CHECK(reason_of(service.begin_challenge(mallory, authorization, ChallengeType::kHttp01)) ==
          kUnauthorized);
    CHECK(reason_of(world.finalize(mallory, order, world.request({"a.test"}))) == kUnauthorized);
    const Order mine = world.issued(alice, {"a.test"});
    CHECK(reason_of(service.certificate_chain(mallory, certificate_id(mine.serial))) ==
          kUnauthorized);
    CHECK(reason_of(service.certificate_chain(alice, "zz")) == kMalformed);
    CHECK(reason_of(service.find_order(alice, "none")) == kMalformed);
    CHECK(world.one.announced.ids.size() == 1);
}

TEST_CASE("an authorization that is deactivated takes its order with it") {
    ServiceWorld world;
    const Account alice = world.account();
    const Order order = world.order(alice, {"a.test"}).order;
    world.prove(alice, order);
    CHECK(must(world.one.service.deactivate_authorization(alice, order.authorization_ids[0]))
              .status == AuthorizationStatus::kDeactivated);
    CHECK(must(world.one.service.find_order(alice, order.id)).status == OrderStatus::kInvalid);
    CHECK(reason_of(world.finalize(alice, order, world.request({"a.test"}))) == kOrderNotReady);
}

TEST_CASE("proofs are used again only where the provisioner says so") {
    for (const bool reuse : {false, true}) {
        ServiceWorld world;
        world.provisioner.acme->reuse_authorizations = reuse;
        const Account alice = world.account();
        const Order first = world.issued(alice, {"a.test"});
        const auto second = world.order(alice, {"a.test"});
        CHECK((second.status == OrderStatus::kReady) == reuse);
        CHECK((second.order.authorization_ids == first.authorization_ids) == reuse);
        const auto wild = world.order(alice, {"*.a.test"});
        CHECK(wild.status == OrderStatus::kPending);
        const auto other = world.order(world.account("bob"), {"a.test"});
        CHECK(other.status == OrderStatus::kPending);
        world.clock.time += std::chrono::hours(23) + std::chrono::minutes(45);
        CHECK(world.order(alice, {"a.test"}).status == OrderStatus::kPending);
    }
}

TEST_CASE("orders are listed page by page, without those that came to nothing") {
    ServiceWorld world;
    const Account alice = world.account();
    std::vector<std::string> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(world.order(alice, {"a.test"}).order.id);
        world.clock.time += std::chrono::seconds(1);
    }
    const auto gone = must(world.one.service.find_order(alice, all[2]));
    (void)must(world.one.service.deactivate_authorization(alice, gone.order.authorization_ids[0]));
    const auto first = must(world.one.service.list_orders(alice, "", 3));
    CHECK(first.ids == std::vector<std::string>{all[0], all[1]});
    const auto rest = must(world.one.service.list_orders(alice, first.next, 3));
    CHECK(rest.ids == std::vector<std::string>{all[3], all[4]});
    CHECK(rest.next.empty());
}

TEST_CASE("a profile brings its own lifetime; one that is not there is refused") {
    ServiceWorld world;
    world.provisioner =
        ServiceWorld::made(R"({"type":"ACME","name":"acme","acme":{"profiles":{"short":{"claims":)"
                           R"({"defaultTLSCertDuration":"1h"}}}}})");
    const Account alice = world.account();
    const auto made =
        must(world.ask(alice, {.identifiers = ServiceWorld::dns({"a.test"}), .profile = "short"}));
    CHECK(made.order.not_after - made.order.not_before ==
          std::chrono::hours(1) + std::chrono::minutes(1));
    CHECK(reason_of(world.ask(alice, {.identifiers = ServiceWorld::dns({"a.test"}),
                                      .profile = "long"})) == kInvalidProfile);
    world.prove(alice, made.order);
    CHECK(world.finalize(alice, made.order, world.request({"a.test"})));
}

TEST_CASE("forceCN gives a certificate without a common name its first DNS name") {
    ServiceWorld world;
    world.provisioner = ServiceWorld::made(R"({"type":"ACME","name":"acme","forceCN":true})");
    const Account alice = world.account();
    CHECK(world.certificate(world.issued(alice, {"b.test", "a.test"})).subject.common_name() ==
          "b.test");
}

TEST_CASE("who may revoke: the owner, whoever can prove all names now, the holder of the key") {
    ServiceWorld world;
    const Account alice = world.account("alice"), bob = world.account("bob");
    const Service& service = world.one.service;
    const auto der = [&] {
        return world.certificate(world.issued(alice, {"a.test", "*.b.test"})).der;
    };
    const auto revoke = [&](const Account* who, const Bytes& certificate,
                            std::optional<int> reason = {}) {
        return reason_of(service.revoke(world.provisioner, who, certificate, reason));
    };
    const Bytes first = der();
    CHECK(revoke(&alice, first, 7) == kBadRevocationReason);
    CHECK(revoke(&alice, first, 11) == kBadRevocationReason);
    CHECK(revoke(&alice, first, -1) == kBadRevocationReason);
    CHECK(revoke(&bob, first) == kUnauthorized);
    CHECK(revoke(&alice, first, 1).empty());
    CHECK(revoke(&alice, first) == kAlreadyRevoked);
    CHECK(revoke(nullptr, der()).empty());

    const Bytes third = der();
    world.prove(bob, world.order(bob, {"a.test", "b.test"}).order);
    CHECK(revoke(&bob, third) == kUnauthorized);  // Not the wildcard.
    world.prove(bob, world.order(bob, {"*.b.test"}).order);
    CHECK(revoke(&bob, third).empty());

    CHECK(revoke(&alice, "garbage") == kMalformed);
    CHECK(revoke(&alice, world.authority->chain[0].der) == kMalformed);
    CHECK(reason_of(service.revoke(ServiceWorld::made(R"({"type":"ACME","name":"other"})"), nullptr,
                                   der(), {})) == kUnauthorized);
}

namespace {}  // namespace

TEST_CASE("renewal information lies about two thirds into a life; revoked means now") {
    ServiceWorld world;
    const Account alice = world.account();
    const x509::Certificate certificate = world.certificate(world.issued(alice, {"a.test"}));
    const std::string id = renewal_id(certificate);
    const Service& service = world.one.service;
    const auto info = must(service.renewal_info(world.provisioner, id));
    CHECK(info.start < info.end);
    CHECK(info.start > certificate.not_before + std::chrono::hours(12));
    CHECK(info.end < certificate.not_after - std::chrono::hours(6));
    for (const std::string& wrong : {std::string("x"), std::string("."), id + "=", "AAAA." + id,
                                     id.substr(0, id.find('.')) + ".AAAA", std::string("é.é")}) {
        CAPTURE(wrong);
        CHECK(reason_of(service.renewal_info(world.provisioner, wrong)) == kMalformed);
    }
    provisioner::Provisioner replacing = world.provisioner;
    const SysSeconds soon = certificate.not_before + std::chrono::hours(1);
    replacing.acme->replacement =
        provisioner::MassReplacement{.issued_before = soon,
                                     .start = soon,
                                     .end = soon + std::chrono::hours(1),
                                     .explanation_url = "https://why.test"};
    const auto mass = must(service.renewal_info(replacing, id));
    CHECK(mass.start == soon);
    CHECK(mass.explanation_url == "https://why.test");
    replacing.acme->replacement->issued_before = certificate.not_before;
    CHECK(must(service.renewal_info(replacing, id)).start == info.start);

    (void)must(service.revoke(world.provisioner, nullptr, certificate.der, {}));
    CHECK(must(service.renewal_info(world.provisioner, id)).end < world.clock.now());
}

TEST_CASE("a certificate is replaced by one order that did not come to nothing") {
    ServiceWorld world;
    const Account alice = world.account("alice"), bob = world.account("bob");
    const std::string id = renewal_id(world.certificate(world.issued(alice, {"a.test"})));
    const auto ask = [&](const Account& who) {
        return world.ask(who, {.identifiers = ServiceWorld::dns({"a.test"}), .replaces = id});
    };
    CHECK(reason_of(ask(bob)) == kMalformed);
    // RFC 9773 5: they have a name in common.
    CHECK(reason_of(world.ask(alice, {.identifiers = ServiceWorld::dns({"b.test"}),
                                      .replaces = id})) == kMalformed);
    const auto first = must(ask(alice));
    CHECK(first.order.replaces == id);
    CHECK(reason_of(ask(alice)) == kAlreadyReplaced);
    (void)must(world.one.service.deactivate_authorization(alice, first.order.authorization_ids[0]));
    CHECK(
        world.ask(alice, {.identifiers = ServiceWorld::dns({"b.test", "a.test"}), .replaces = id}));
    CHECK(reason_of(world.ask(alice, {.identifiers = ServiceWorld::dns({"a.test"}),
                                      .replaces = "nothing"})) == kMalformed);
}

TEST_CASE("expired orders go a day later, with their authorizations; certificates stay") {
    ServiceWorld world;
    const Account alice = world.account();
    const Order issued = world.issued(alice, {"a.test"});
    for (int i = 0; i < 4; ++i) {
        (void)world.order(alice, {"b.test", "c.test"});
    }
    const Service& service = world.one.service;
    const SysTime end(issued.expires);
    CHECK(must(service.sweep(end + std::chrono::hours(24), 10)) == 0);
    CHECK(must(service.sweep(end + std::chrono::hours(25), 3)) == 3);
    CHECK(must(service.sweep(end + std::chrono::hours(25), 3)) == 2);
    CHECK(must(service.sweep(end + std::chrono::hours(25), 3)) == 0);
    CHECK(reason_of(service.find_authorization(alice, issued.authorization_ids[0])) == kMalformed);
    CHECK(must(service.list_orders(alice, "", 10)).ids.empty());
    CHECK(service.certificate_chain(alice, certificate_id(issued.serial)));
}
