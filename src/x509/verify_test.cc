#include "x509/verify.h"

#include <sstream>

#include <doctest/doctest.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/keygen.h"
#include "tests/support/data.h"
#include "x509/draft.h"

namespace step::x509 {
namespace {

using crypto::KeyKind;

const SysSeconds kNow{std::chrono::seconds(1'735'689'600)};

Certificate go_sample(const std::string& name) {
    return (*parse_certificates_pem(test::data("x509/go/" + name + ".pem")))[0];
}

std::string error_of(const Result<std::vector<const Certificate*>>& chain) {
    if (chain) {
        return "<nil>";
    }
    CHECK(chain.error().code == Code::kUnauthenticated);
    return chain.error().detail;
}

/// A key and its certificate.
struct Party {
    crypto::PrivateKey key;
    Certificate certificate{};
};

struct Want {
    std::string name{};
    bool ca = false;
    std::optional<std::uint32_t> path_length{};
    std::uint32_t usage = 0;
    AltNames names{};
    std::optional<NameConstraints> constraints{};
};

Party make(const Want& want, const Party* issuer, KeyKind kind = KeyKind::kEcP256) {
    Party party{.key = *crypto::generate_key(kind)};
    const crypto::PrivateKey& signer = issuer != nullptr ? issuer->key : party.key;
    Draft draft{.subject_der = encode_name(to_name({.common_name = want.name})),
                .not_before = kNow - std::chrono::hours(1),
                .not_after = kNow + std::chrono::hours(1),
                .spki = party.key.public_key().spki(),
                .key_usage = want.usage,
                .subject_key_id = key_id(party.key.public_key()),
                .names = want.names,
                .name_constraints = want.constraints};
    if (want.ca) {
        draft.basic_constraints = BasicConstraints{.ca = true, .path_length = want.path_length};
    }
    if (issuer != nullptr) {
        draft.authority_key_id = key_id(issuer->key.public_key());
    }
    const Bytes issuer_der =
        issuer != nullptr ? issuer->certificate.subject_der : draft.subject_der;
    const auto der =
        sign_draft(draft, "\x01", issuer_der, signer, crypto::default_scheme(signer.public_key()));
    REQUIRE(der);
    auto parsed = parse_certificate(*der);
    REQUIRE(parsed);
    party.certificate = *std::move(parsed);
    return party;
}

TEST_CASE("chains with name constraints, usages and dates end as in Go, with its words") {
    const Certificate root = go_sample("go-root");
    const Certificate intermediate = go_sample("go-constrained");
    std::istringstream lines(test::data("x509/go/verify.vec"));
    int rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) {
            continue;
        }
        const std::vector<std::string> columns = split(line, '|');
        REQUIRE(columns.size() == 4);
        const Certificate leaf = go_sample(columns[0]);
        VerifyOptions options{.roots = {&root}, .intermediates = {&intermediate}};
        options.now =
            SysSeconds(std::chrono::seconds(std::strtoll(columns[2].c_str(), nullptr, 10)));
        if (columns[1] != "anyExtendedKeyUsage") {
            options.usage = columns[1] == "serverAuth" ? oid::kServerAuth : oid::kClientAuth;
        }
        CAPTURE(line);
        CHECK(error_of(verify_chain(leaf, options)) == columns[3]);
        rows += 1;
    }
    CHECK(rows == 54);
}

TEST_CASE("a root that is not self-signed is a root; without one nothing is trusted") {
    const Certificate root = go_sample("go-root");
    const Certificate intermediate = go_sample("go-constrained");
    const Certificate leaf = go_sample("go-leaf-good");
    const auto partial = verify_chain(leaf, {.roots = {&intermediate}, .now = kNow});
    REQUIRE(partial);
    CHECK(*partial == std::vector<const Certificate*>{&leaf, &intermediate});
    const char* const unknown = "x509: certificate signed by unknown authority";
    CHECK(error_of(verify_chain(leaf, {.roots = {&root}, .now = kNow})) == unknown);
    CHECK(error_of(verify_chain(leaf, {.intermediates = {&intermediate}, .now = kNow})) == unknown);
    CHECK(*verify_chain(root, {.roots = {&root}, .now = kNow}) ==
          std::vector<const Certificate*>{&root});
    CHECK(error_of(
              verify_chain(leaf, {.roots = {&intermediate}, .now = kNow, .host = "b.ok.test"})) ==
          "x509: certificate is valid for a.ok.test, *.ok2.ok.test, not b.ok.test");
}

TEST_CASE("recorded chains of the original verify") {
    for (const char* name : {"create-leaf-bundle", "sign-bundle"}) {
        const auto bundle =
            parse_certificates_pem(test::data(std::string("x509/golden/") + name + ".pem"));
        REQUIRE(bundle);
        const Certificate& leaf = (*bundle)[0];
        CHECK(error_of(verify_chain(leaf, {.roots = {&(*bundle)[1]}, .now = leaf.not_before})) ==
              "<nil>");
    }
    const auto root = parse_certificates_pem(test::data("x509/golden/init-root.pem"));
    const auto issued = parse_certificates_pem(test::data("x509/golden/init-intermediate.pem"));
    CHECK(error_of(verify_chain(
              (*issued)[0], {.roots = {&(*root)[0]}, .now = (*issued)[0].not_before})) == "<nil>");
}

TEST_CASE("a bundle of one CA's leaf and another CA's certificates of the same names is refused") {
    // Recorded that way: the leaf is older than its namesake of an issuer, whose key identifier
    // is another. OpenSSL says "unable to get local issuer certificate".
    const auto bundle =
        *parse_certificates_pem(test::data("x509/inspect/bundle-leaf-intermediate-root.pem"));
    const Certificate& leaf = bundle[0];
    CHECK(leaf.issuer_der == bundle[1].subject_der);
    CHECK(leaf.authority_key_id != bundle[1].subject_key_id);
    CHECK(error_of(verify_chain(leaf, {.roots = {&bundle[2]},
                                       .intermediates = {&bundle[1]},
                                       .now = bundle[1].not_before})) ==
          "x509: certificate signed by unknown authority (possibly because of \"x509: ECDSA "
          "verification failure\" while trying to verify candidate authority certificate "
          "\"Golden CA Intermediate CA\")");
    CHECK(error_of(verify_chain(bundle[1], {.roots = {&bundle[2]}, .now = bundle[1].not_before})) ==
          "<nil>");
}

TEST_CASE("every kind of issuer key makes chains that OpenSSL accepts too") {
    for (const KeyKind kind :
         {KeyKind::kEcP256, KeyKind::kEcP384, KeyKind::kEcP521, KeyKind::kEd25519, KeyKind::kRsa}) {
        const Party root =
            make({.name = "root", .ca = true, .usage = key_usage::kCertSign}, nullptr, kind);
        const Party leaf = make({.name = "leaf", .names = {.dns = {"a.test"}}}, &root, kind);
        CHECK(verify_chain(leaf.certificate,
                           {.roots = {&root.certificate}, .now = kNow, .host = "a.test"}));
        const auto open = [](const Certificate& certificate) {
            const auto* data = reinterpret_cast<const unsigned char*>(certificate.der.data());
            return d2i_X509(nullptr, &data, static_cast<long>(certificate.der.size()));
        };
        X509_STORE* store = X509_STORE_new();
        X509* peer_root = open(root.certificate);
        X509* peer_leaf = open(leaf.certificate);
        X509_STORE_add_cert(store, peer_root);
        X509_STORE_CTX* context = X509_STORE_CTX_new();
        X509_STORE_CTX_init(context, store, peer_leaf, nullptr);
        X509_STORE_CTX_set_time(context, 0, kNow.time_since_epoch().count());
        CHECK(X509_verify_cert(context) == 1);
        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
        X509_free(peer_root);
        X509_free(peer_leaf);
    }
}

TEST_CASE("a certificate is valid from the first to the last second that it names") {
    const Party root = make({.name = "root", .ca = true, .usage = key_usage::kCertSign}, nullptr);
    const Party leaf = make({.name = "leaf"}, &root);
    const auto verifies = [&](SysSeconds now) {
        return bool(verify_chain(leaf.certificate, {.roots = {&root.certificate}, .now = now}));
    };
    constexpr std::chrono::seconds kOne(1);
    CHECK(verifies(leaf.certificate.not_before));
    CHECK(!verifies(leaf.certificate.not_before - kOne));
    CHECK(verifies(leaf.certificate.not_after));
    CHECK(!verifies(leaf.certificate.not_after + kOne));
}

TEST_CASE("name constraints bind the CAs below, not the leaf alone") {
    NameConstraints only;
    only.permitted.dns = {"ok.test"};
    const Party root = make({.name = "root", .ca = true, .constraints = only}, nullptr);
    const auto error = [&root](const std::string& name_of_ca) {
        const Party ca = make({.name = "ca", .ca = true, .names = {.dns = {name_of_ca}}}, &root);
        const Party leaf = make({.name = "leaf", .names = {.dns = {"a.ok.test"}}}, &ca);
        return error_of(verify_chain(
            leaf.certificate,
            {.roots = {&root.certificate}, .intermediates = {&ca.certificate}, .now = kNow}));
    };
    CHECK(error("ca.ok.test") == "<nil>");
    CHECK(error("ca.test").find("DNS name \"ca.test\" is not permitted") != std::string::npos);
}

TEST_CASE("who may not sign does not sign") {
    const Party root = make({.name = "root", .ca = true, .path_length = 0}, nullptr);
    const Party sub = make({.name = "sub", .ca = true}, &root);
    const Party leaf = make({.name = "leaf"}, &sub);
    const Party below_leaf = make({.name = "below"}, &leaf);
    const auto verify = [](const Party& what, std::vector<const Certificate*> roots,
                           std::vector<const Certificate*> intermediates) {
        return error_of(verify_chain(
            what.certificate,
            {.roots = std::move(roots), .intermediates = std::move(intermediates), .now = kNow}));
    };
    CHECK(verify(leaf, {&sub.certificate}, {}) == "<nil>");
    CHECK(verify(leaf, {&root.certificate}, {&sub.certificate}) ==
          "x509: too many intermediates for path length constraint");
    CHECK(verify(below_leaf, {&sub.certificate}, {&leaf.certificate})
              .find("parent certificate cannot sign this kind of certificate") !=
          std::string::npos);
    const Party crl_only = make({.name = "crl", .ca = true, .usage = key_usage::kCrlSign}, nullptr);
    CHECK(verify(make({.name = "x"}, &crl_only), {&crl_only.certificate}, {})
              .find("cannot sign this kind") != std::string::npos);
    // The same name, another key.
    const Party impostor = make({.name = "root", .ca = true}, nullptr);
    CHECK(verify(make({.name = "x"}, &impostor), {&root.certificate}, {})
              .find("possibly because of \"x509: ECDSA verification failure\"") !=
          std::string::npos);
}

TEST_CASE("a hundred CAs of one name end the search, not the process") {
    const Party root = make({.name = "root", .ca = true}, nullptr);
    std::vector<Party> crowd;
    std::vector<const Certificate*> pool;
    crowd.reserve(12);
    for (int i = 0; i < 12; ++i) {
        crowd.push_back(make({.name = "ca", .ca = true}, i == 0 ? &root : &crowd.back()));
    }
    for (int copies = 0; copies < 10; ++copies) {
        for (const Party& party : crowd) {
            pool.push_back(&party.certificate);
        }
    }
    const Party stranger = make({.name = "ca", .ca = true}, nullptr);
    const Party leaf = make({.name = "leaf"}, &stranger);
    CHECK(error_of(verify_chain(leaf.certificate, {.intermediates = pool, .now = kNow})) ==
          "x509: signature check attempts limit reached while verifying certificate chain");
}

TEST_CASE("a critical extension nobody evaluates fails the chain") {
    const Certificate odd =
        (*parse_certificates_pem(test::data("x509/golden/sign-template-everything.pem")))[0];
    CHECK(odd.unhandled_critical);
    CHECK(error_of(verify_chain(odd, {.roots = {&odd}, .now = odd.not_before})) ==
          "x509: unhandled critical extension");
}

}  // namespace
}  // namespace step::x509
