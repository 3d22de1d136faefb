#include "issuance/issue.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "crypto/digest.h"
#include "issuance/final_check.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_ca.h"
#include "x509/verify.h"

using namespace step;
using namespace step::issuance;
using test::must;

namespace {

Grant grant_for(std::vector<std::string> names) {
    Grant grant{.origin = {.provisioner = {.id = "p:k", .name = "p", .type = "JWK"}},
                .extension = x509::StepProvisioner{.type = 1, .name = "p", .credential_id = "k"},
                .subject = {.common_name = names.front()},
                .names = names,
                .common_names = names,
                .lifetimes = {.min = std::chrono::minutes(5),
                              .max = std::chrono::hours(24),
                              .normal = std::chrono::hours(24)}};
    return grant;
}

struct World {
    explicit World(Authority made = test::make_authority())
        : authority(std::make_shared<const Authority>(std::move(made))) {}

    test::FakeClock clock;
    test::FakeRandom random;
    std::unique_ptr<storage::Database> database = storage::open_memory();
    std::shared_ptr<const Authority> authority;
    Issuer issuer{clock, random, authority, *database};
    Ledger ledger{*database};
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));

    Result<Issued> issue(const std::vector<std::string>& names, const AlsoRecord& also = {}) {
        return issuer.issue(test::make_request(names.front(), {.dns = names}, key),
                            grant_for(names), {}, also);
    }
    std::size_t recorded() { return ledger.list({}, 100)->entries.size(); }
};

std::vector<std::string> extension_ids(const x509::Certificate& certificate) {
    std::vector<std::string> ids;
    for (const x509::Extension& extension : certificate.extensions) {
        ids.push_back(extension.id.text());
    }
    return ids;
}

const std::string kStep = "1.3.6.1.4.1.37476.9000.64.1";

}  // namespace

TEST_CASE("a certificate says what the grant says, in the original's order of extensions") {
    // golden/certificates/facts.json, sign-jwk-ec256.
    World world;
    const Issued issued = must(world.issue({"leaf.test"}));
    const x509::Certificate leaf = must(x509::parse_certificate(issued.certificate));
    CHECK(extension_ids(leaf) == std::vector<std::string>{"2.5.29.15", "2.5.29.37", "2.5.29.14",
                                                          "2.5.29.35", "2.5.29.17", kStep});
    CHECK(leaf.subject.text() == "CN=leaf.test");
    CHECK(leaf.key_usage == x509::key_usage::kDigitalSignature);
    CHECK(leaf.not_after - leaf.not_before == std::chrono::seconds(86'460));
    CHECK(leaf.names.dns == std::vector<std::string>{"leaf.test"});
    CHECK(x509::check_signature(leaf, world.authority->key.public_key()));
    CHECK(x509::verify_chain(leaf, {.roots = {&world.authority->roots[0]},
                                    .intermediates = {&world.authority->chain[0]},
                                    .now = leaf.not_before}));
}

TEST_CASE("serials are positive, time ordered and never the same twice") {
    World world;
    const Issued one = must(world.issue({"a.test"}));
    world.clock.time += std::chrono::milliseconds(1);
    const Issued two = must(world.issue({"a.test"}));
    CHECK(one.serial.size() == 16);
    CHECK(one.serial < two.serial);
    CHECK(one.serial.substr(6) != two.serial.substr(6));
    CHECK((static_cast<unsigned char>(one.serial[0]) & 0x80U) == 0);
}

TEST_CASE("a token that is already used up yields no certificate and no record") {
    World world;
    const AlsoRecord used = [](storage::Transaction&, ByteView) -> Status {
        return Error{.code = Code::kUnauthenticated, .cause = "token already used"};
    };
    const auto refused = world.issue({"a.test"}, used);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kUnauthenticated);
    CHECK(world.recorded() == 0);
}

TEST_CASE("what becomes true with a certificate is undone with it") {
    World world;
    const AlsoRecord write_then_fail = [](storage::Transaction& transaction,
                                          ByteView serial) -> Status {
        (void)transaction.put("t", serial, "x");
        return Error{.code = Code::kConflict};
    };
    CHECK(!world.issue({"a.test"}, write_then_fail));
    int rows = 0;
    REQUIRE(world.database->read([&](const storage::Snapshot& snapshot) {
        return snapshot.scan("t", {}, "\xff", [&](auto, auto) { return ++rows < 10; });
    }));
    CHECK(rows == 0);
}

TEST_CASE("every certificate is on record with its indexes before anyone sees it") {
    World world;
    const Issued issued = must(world.issue({"a.test", "B.test"}));
    for (const char* name : {"a.test", "b.TEST"}) {
        const auto page = world.ledger.by_name(name, {}, 10);
        REQUIRE(page->entries.size() == 1);
        CHECK(page->entries[0].certificate == issued.certificate);
    }
    CHECK(world.ledger.by_provisioner("p:k", {}, 10)->entries.size() == 1);
}

TEST_CASE("a certificate cannot have more than a thousand names") {
    World world;
    std::vector<std::string> names;
    for (int i = 0; i <= 1000; ++i) {
        names.push_back("n" + std::to_string(i) + ".test");
    }
    const auto refused = world.issuer.issue(test::make_request(names.front(), {}, world.key),
                                            grant_for(names), {}, {});
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kInvalidArgument);
}

TEST_CASE("a name that a constraint of the chain forbids is refused and nothing recorded") {
    x509::NameConstraints only;
    only.permitted.dns = {"ok.test"};
    World world(test::make_authority(crypto::KeyKind::kEcP256, only));
    CHECK(world.issue({"a.ok.test"}));
    const auto refused = world.issue({"a.test"});
    REQUIRE(!refused);
    CHECK(std::string(refused.error().reason) == kNameConstraint);
    CHECK(refused.error().detail == R"(DNS name "a.test" is not permitted by any constraint)");
    CHECK(world.recorded() == 1);
    CHECK(!world.issuer.issue_own(world.key.public_key(), "x", {"a.test"}));
}

TEST_CASE("authority.template fills what the certificate leaves empty") {
    Authority authority = test::make_authority();
    authority.default_subject = {.country = {"DE"}, .organization = {"Acme"}, .common_name = "no"};
    World world(std::move(authority));
    const Issued issued = must(world.issue({"a.test"}));
    CHECK(must(x509::parse_certificate(issued.certificate)).subject.text() ==
          "CN=a.test,O=Acme,C=DE");
}

TEST_CASE("a request must agree with its grant, in the original's words and order") {
    // golden/api/sign.json.
    World world;
    const auto detail = [&](const std::string& common_name, const x509::AltNames& names,
                            std::vector<std::string> granted, std::string fingerprint = {}) {
        Grant grant = grant_for(granted);
        grant.common_names = {"leaf.test", "leaf.test"};
        grant.csr_fingerprint = std::move(fingerprint);
        const auto result =
            world.issuer.issue(test::make_request(common_name, names, world.key), grant, {}, {});
        return result ? std::string("issued") : result.error().detail;
    };
    CHECK(detail("", {}, {"leaf.test", "10.1.2.3"}) == "issued");
    CHECK(detail("leaf.test", {.dns = {"leaf.test"}}, {"leaf.test", "10.1.2.3"}) == "issued");
    CHECK(detail("other.test", {}, {"leaf.test"}, "AAAA") ==
          R"(certificate request fingerprint does not match "AAAA")");
    CHECK(detail("other.test", {.dns = {"x"}}, {"leaf.test"}) ==
          "certificate request does not contain the valid common name - got other.test, want "
          "[leaf.test leaf.test]");
    CHECK(detail("", {.dns = {"LEAF.test"}}, {"leaf.test"}) ==
          "certificate request does not contain the valid DNS names - got [LEAF.test], want "
          "[leaf.test]");
    CHECK(detail("", {.ips = {Bytes("\x0a\0\0\x01", 4)}}, {"leaf.test"}) ==
          "certificate request does not contain the valid IP addresses - got [10.0.0.1], want []");
    CHECK(detail("", {.emails = {"a@b.test"}}, {"leaf.test"}) ==
          "certificate request does not contain the valid email addresses - got [a@b.test], want "
          "[]");
    CHECK(detail("", {.uris = {"https://x.test/"}}, {"leaf.test"}) ==
          "certificate request does not contain the valid URIs - got [https://x.test/], want []");
}

TEST_CASE("a fingerprint in the token admits exactly the request it was made for") {
    World world;
    const x509::Csr csr = test::make_request("a.test", {}, world.key);
    Grant grant = grant_for({"a.test"});
    grant.csr_fingerprint = encode_base64(crypto::sha256(csr.der), Base64::kRawUrl);
    CHECK(world.issuer.issue(csr, grant, {}, {}));
}

TEST_CASE("renewal keeps everything but serial, validity and the issuer's key id") {
    // golden/certificates/facts.json, renew-of-sign-jwk-ec256.
    World world;
    const x509::Certificate old =
        must(x509::parse_certificate(must(world.issue({"leaf.test"})).certificate));
    world.clock.advance(std::chrono::hours(10));
    const Origin origin{.provisioner = {.id = "p:k"}};
    const x509::Certificate renewed = must(
        x509::parse_certificate(must(world.issuer.renew(old, nullptr, origin, {})).certificate));
    CHECK(extension_ids(renewed) == std::vector<std::string>{"2.5.29.35", "2.5.29.15", "2.5.29.37",
                                                             "2.5.29.14", "2.5.29.17", kStep});
    CHECK(renewed.spki == old.spki);
    CHECK(renewed.subject_der == old.subject_der);
    CHECK(renewed.not_before == old.not_before + std::chrono::hours(10));
    CHECK(renewed.not_after - renewed.not_before == old.not_after - old.not_before);
    CHECK(world.ledger.by_provisioner("p:k", {}, 10)->entries.size() == 2);
}

TEST_CASE("rekeying puts the new key and its id first, and refuses a weak one") {
    // golden/certificates/facts.json, rekey-of-sign-jwk-ec256.
    World world;
    const x509::Certificate old =
        must(x509::parse_certificate(must(world.issue({"leaf.test"})).certificate));
    const crypto::PrivateKey fresh = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    const x509::Certificate rekeyed = must(x509::parse_certificate(
        must(world.issuer.renew(old, &fresh.public_key(), {}, {})).certificate));
    CHECK(extension_ids(rekeyed) == std::vector<std::string>{"2.5.29.14", "2.5.29.35", "2.5.29.15",
                                                             "2.5.29.37", "2.5.29.17", kStep});
    CHECK(rekeyed.spki == fresh.public_key().spki());
    CHECK(rekeyed.subject_key_id == x509::key_id(fresh.public_key()));
    const crypto::PrivateKey weak = must(crypto::generate_key(crypto::KeyKind::kRsa, 2047));
    CHECK(world.issuer.renew(old, &weak.public_key(), {}, {}).error().code == Code::kForbidden);
}

TEST_CASE("our own certificate is not on record and has no provisioner") {
    // golden/certificates/facts.json, server-own-tls.
    World world;
    const x509::Certificate own = must(x509::parse_certificate(must(
        world.issuer.issue_own(world.key.public_key(), "Step Online CA", {"localhost", "[::1]"}))));
    CHECK(extension_ids(own) == std::vector<std::string>{"2.5.29.15", "2.5.29.37", "2.5.29.14",
                                                         "2.5.29.35", "2.5.29.17"});
    CHECK(own.not_after - own.not_before == std::chrono::seconds(86'460));
    CHECK(own.names.ips.size() == 1);
    CHECK(world.recorded() == 0);
}

TEST_CASE("a key that is not the issuing certificate's is refused at start") {
    Authority authority = test::make_authority();
    CHECK(validate(authority));
    authority.key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    CHECK(validate(authority).error().detail ==
          "x509: provided PrivateKey doesn't match parent's PublicKey");
}

TEST_CASE(
    "a renewal, too, is held to the chain's constraints and to the years a certificate can name") {
    World open;
    x509::Certificate old =
        must(x509::parse_certificate(must(open.issue({"leaf.test"})).certificate));
    x509::NameConstraints only;
    only.permitted.dns = {"ok.test"};
    World world(test::make_authority(crypto::KeyKind::kEcP256, only));
    const auto refused = world.issuer.renew(old, nullptr, {}, {});
    REQUIRE(!refused);
    CHECK(refused.error().has_reason(kNameConstraint));
    CHECK(world.recorded() == 0);

    old.not_after = SysSeconds(std::chrono::sys_days{std::chrono::year{9999} / 12 / 31});
    open.clock.advance(std::chrono::hours(48));
    const auto endless = open.issuer.renew(old, nullptr, {}, {});
    REQUIRE(!endless);
    CHECK(endless.error().has_reason(kMalformedCertificate));
    CHECK(open.recorded() == 1);
}
