#include "provisioner/acme.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "provisioner/provisioner.h"
#include "tests/support/test_ca.h"

namespace step::provisioner {
namespace {

using test::must;

Made made(const std::string& text) {
    return make_all(must(json::parse(text)), {});
}

TEST_CASE("an ACME entry without more has the original's defaults and takes no tokens") {
    const Made acme = made(R"({"type":"acme","name":"pki"})");
    CHECK(acme.unreadable.empty());
    CHECK(acme.failures.empty());
    CHECK(acme.provisioner.id == "acme/pki");
    CHECK(acme.provisioner.type_name == "ACME");
    CHECK_FALSE(acme.provisioner.sign);
    CHECK_FALSE(acme.provisioner.revoke);
    REQUIRE(acme.provisioner.acme);
    const std::set<std::string> all = {"dns-01", "http-01", "tls-alpn-01"};
    CHECK(acme.provisioner.acme->challenges == all);
    CHECK_FALSE(acme.provisioner.acme->require_eab);
    CHECK(acme.provisioner.json == R"({"type":"acme","name":"pki"})");
}

TEST_CASE("every key of the original is read and shown in its order, ours is not shown") {
    const Made acme = made(
        R"({"acme":{"reuseAuthorizations":true},"attestationFormats":["apple"],"challenges":)"
        R"(["HTTP-01"],"requireEAB":true,"caaIdentities":["ca.test"],"website":"https://w.test",)"
        R"("termsOfService":"https://t.test","forceCN":true,"name":"a","type":"ACME"})");
    CHECK(acme.unreadable.empty());
    REQUIRE(acme.provisioner.acme);
    CHECK(acme.provisioner.acme->force_cn);
    CHECK(acme.provisioner.acme->require_eab);
    CHECK(acme.provisioner.acme->reuse_authorizations);
    CHECK(acme.provisioner.acme->challenges == std::set<std::string>{"http-01"});
    CHECK(acme.provisioner.json ==
          R"({"type":"ACME","name":"a","forceCN":true,"termsOfService":"https://t.test",)"
          R"("website":"https://w.test","caaIdentities":["ca.test"],"requireEAB":true,)"
          R"("challenges":["HTTP-01"],"attestationFormats":["apple"]})");
}

TEST_CASE("what cannot be set up is a failure in the original's words") {
    CHECK(made(R"({"type":"ACME","name":"a","challenges":["dns-02"]})").provisioner.failure ==
          R"(acme challenge "dns-02" is not supported)");
    CHECK(made(R"({"type":"ACME","name":"a","attestationFormats":["x"]})").provisioner.failure ==
          R"(acme attestation format "x" is not supported)");
    const Made roots = made(R"({"type":"ACME","name":"a","attestationRoots":"eA=="})");
    CHECK(roots.provisioner.failure == "error parsing attestationRoots: no certificates found");
    CHECK_FALSE(roots.provisioner.acme);
}

TEST_CASE("challenges that this build does not have are refused, not ignored") {
    const Made acme = made(R"({"type":"ACME","name":"a","challenges":["device-attest-01"]})");
    REQUIRE(acme.unreadable.size() == 1);
    CHECK(acme.unreadable[0].code == Code::kUnsupported);
}

TEST_CASE("profiles, limits and a replacement are read; each mistake is told with its place") {
    const Made acme = made(R"({"type":"ACME","name":"a","claims":{"maxTLSCertDuration":"48h"},
      "acme":{"profiles":{"short":{"description":"an hour","claims":{"defaultTLSCertDuration":"1h"}}},
      "newOrdersPerAccount":{"most":300,"per":"3h"},
      "replacement":{"issuedBefore":"2026-01-02T00:00:00Z","start":"2026-01-03T00:00:00Z",
                     "end":"2026-01-04T00:00:00Z","explanationURL":"https://why.test"}}})");
    CHECK(acme.unreadable.empty());
    REQUIRE(acme.provisioner.acme);
    const AcmeSettings& settings = *acme.provisioner.acme;
    CHECK(settings.profiles.at("short").description == "an hour");
    CHECK(settings.profiles.at("short").claims.default_tls == std::chrono::hours(1));
    CHECK(settings.profiles.at("short").claims.max_tls == std::chrono::hours(48));
    CHECK(settings.new_orders.most == 300);
    CHECK(settings.new_orders.per == std::chrono::hours(3));
    CHECK(settings.new_accounts.most == 0);
    REQUIRE(settings.replacement);
    CHECK(settings.replacement->end - settings.replacement->start == std::chrono::hours(24));

    for (
        const char* wrong : {
            R"({"reuse":true})",
            R"({"reuseAuthorizations":1})",
            R"({"newOrdersPerAccount":{"most":-1}})",
            R"({"newOrdersPerAccount":{"most":1,"per":"0s"}})",
            R"({"newOrdersPerAccount":5})",
            R"({"replacement":{"issuedBefore":"yesterday"}})",
            R"({"replacement":{"issuedBefore":"2026-01-02T00:00:00Z","start":"2026-01-03T00:00:00Z",
                                "end":"2026-01-03T00:00:00Z"}})",
            R"({"profiles":[]})",
            R"({"profiles":{"a":{"options":{"x509":{"template":"{{"}}}}})",
            R"({"profiles":{"a":{"options":{"webhooks":[{"name":"w","url":"https://w.test"}]}}}})",
            R"({"profiles":{"a":{"claims":{"minTLSCertDuration":"x"}}}})",
        }) {
        CAPTURE(wrong);
        CHECK_FALSE(made(R"({"type":"ACME","name":"a","acme":)" + std::string(wrong) + "}")
                        .unreadable.empty());
    }
}

}  // namespace
}  // namespace step::provisioner
