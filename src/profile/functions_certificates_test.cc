#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/pem.h"
#include "crypto/pem_key.h"
#include "profile/functions.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tmpl/convert.h"
#include "tmpl/template.h"
#include "x509/certificate.h"

using namespace step;

namespace {

struct Outcome {
    std::string text{}, error{};
};

Outcome run(const std::string& text, tmpl::Limits limits = {}) {
    const auto parsed = tmpl::Template::parse("t", text, profile::certificate_functions());
    REQUIRE(parsed);
    const test::FakeClock clock;
    test::FakeRandom random;
    const auto result =
        parsed->execute(tmpl::Value(), {.clock = clock, .random = random, .limits = limits});
    return result ? Outcome{*result, {}} : Outcome{{}, result.error().detail};
}

/// The words after "error calling NAME: ".
std::string complaint(const std::string& expression) {
    const std::string error = run("{{ " + expression + " }}").error;
    const std::size_t at = error.find("error calling");
    return at == std::string::npos ? error : error.substr(error.find(": ", at) + 2);
}

std::vector<x509::Certificate> certificates(const std::string& text) {
    const Outcome outcome = run(text);
    REQUIRE_MESSAGE(outcome.error.empty(), outcome.error);
    const auto parsed = x509::parse_certificates_pem(outcome.text);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_CASE("genCA and genSignedCert make a certificate and its authority as sprig does") {
    const auto made = certificates(
        "{{ $key := genPrivateKey `ecdsa` }}{{ $ca := genCAWithKey `the ca` 365 $key }}{{ $ca.Cert "
        "}}"
        "{{ with genSignedCertWithKey `leaf` (list `10.0.0.1`) (list `a.test` `b.test`) 2 $ca "
        "(genPrivateKey `ed25519`) }}{{ .Cert }}{{ end }}");
    REQUIRE(made.size() == 2);
    const x509::Certificate &ca = made[0], &leaf = made[1];
    CHECK(ca.subject.text() == "CN=the ca");
    CHECK(ca.basic_constraints->ca);
    CHECK(ca.key_usage == (x509::key_usage::kDigitalSignature | x509::key_usage::kKeyEncipherment |
                           x509::key_usage::kCertSign));
    CHECK(ca.not_after - ca.not_before == std::chrono::hours(24 * 365));
    CHECK(leaf.issuer_der == ca.subject_der);
    CHECK(leaf.authority_key_id == ca.subject_key_id);
    CHECK(!leaf.subject_key_id);
    CHECK(!leaf.basic_constraints->ca);
    CHECK(leaf.names.dns == std::vector<std::string>{"a.test", "b.test"});
    CHECK(leaf.names.ips == std::vector<Bytes>{Bytes("\x0a\0\0\x01", 4)});
    CHECK(leaf.extended_key_usage ==
          std::vector<asn1::Oid>{x509::oid::kServerAuth, x509::oid::kClientAuth});
    CHECK(x509::check_signature(leaf, *ca.public_key()));
}

TEST_CASE("without a key given, sprig's certificates have RSA keys of 2,048 bits") {
    const auto made = certificates("{{ (genSelfSignedCert `x` nil nil 1).Cert }}");
    CHECK(made[0].public_key()->bits() == 2048);
    CHECK(x509::check_signature(made[0], *made[0].public_key()));
    CHECK(!made[0].authority_key_id);
}

TEST_CASE("genPrivateKey writes keys in the forms of Go") {
    CHECK(run("{{ genPrivateKey `ecdsa` }}").text.starts_with("-----BEGIN EC PRIVATE KEY-----\n"));
    CHECK(run("{{ genPrivateKey `ed25519` }}").text.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    CHECK(run("{{ genPrivateKey `x` }}").text == "Unknown type x");
    CHECK(complaint("genPrivateKey `dsa`") == "DSA keys are not supported");
}

TEST_CASE("a template cannot make keys without end") {
    CHECK(run("{{ range 100 }}{{ $_ := genPrivateKey `` }}{{ end }}", {.steps = 500'000})
              .error.find("takes more than 500000 steps") != std::string::npos);
}

// Its words, from the source of sprig 3.3.0.
TEST_CASE("functions that make certificates complain as sprig's do") {
    CHECK(complaint("genCAWithKey `x` 1 `nothing`") == "parsing private key: no PEM data in input");
    CHECK(complaint("genSelfSignedCert `x` (list 1) nil 1") ==
          "error parsing ip: 1 is not a string");
    CHECK(complaint("genSelfSignedCert `x` (list `x`) nil 1") == "error parsing ip: x");
    CHECK(complaint("genSelfSignedCert `x` nil (list 1) 1") ==
          "error processing alternate dns name: 1 is not a string");
    CHECK(complaint("genSelfSignedCert `x` nil (list `b\u00fccher.test`) 1") ==
          "error creating certificate: x509: \"b\u00fccher.test\" cannot be encoded as an "
          "IA5String");
    CHECK(complaint("buildCustomCert `!` ``") == "unable to decode base64 certificate");
    CHECK(complaint("buildCustomCert `` `!`") == "unable to decode base64 private key");
    CHECK(complaint("buildCustomCert `` ``") == "unable to decode certificate");
    CHECK(complaint("genSignedCert `x` nil nil 1 nil") ==
          "wrong type for value; expected sprig.certificate; got <nil>");
    CHECK(complaint("genCAWithKey `x` 999999999 (genPrivateKey `ecdsa`)") ==
          "error creating certificate: more days than a duration can hold");
}

TEST_CASE("buildCustomCert takes a certificate and its key as they are") {
    CHECK(run("{{ $ca := genCAWithKey `x` 1 (genPrivateKey `ecdsa`) }}"
              "{{ $own := buildCustomCert (b64enc $ca.Cert) (b64enc $ca.Key) }}"
              "{{ eq $own.Cert $ca.Cert }}{{ typeOf $own }}"
              "{{ (genSignedCert `y` nil nil 1 $own).Cert | len | lt 100 }}")
              .text == "truesprig.certificatetrue");
}
