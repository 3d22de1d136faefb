#include "profile/show.h"

#include <doctest/doctest.h>

#include "json/write.h"

namespace step::profile {
namespace {

std::string shown(std::string_view rendered) {
    const auto object = show_certificate(rendered);
    return object ? json::encode(*object) : object.error().detail;
}

// What webhooks got from step-ca v0.30.2 for the built-in leaf template.
TEST_CASE("a certificate is shown as the original shows it to webhooks") {
    CHECK(shown(R"({"subject": {"commonName":"a.test"},
        "sans": [{"type":"dns","value":"a.test"},{"type":"uri","value":"https://u.test/p?a=b&c"}],
        "keyUsage": ["digitalSignature"], "extKeyUsage": ["serverAuth","clientAuth"]})") ==
          R"({"version":0,"subject":{"commonName":"a.test"},"rawSubject":null,"issuer":{},)"
          R"("serialNumber":null,"dnsNames":null,"emailAddresses":null,"ipAddresses":null,)"
          R"("uris":null,"sans":[{"type":"dns","value":"a.test"},{"type":"uri",)"
          R"("value":"https://u.test/p?a=b\u0026c"}],"extensions":null,)"
          R"("keyUsage":["digitalSignature"],"extKeyUsage":["serverAuth","clientAuth"],)"
          R"("unknownExtKeyUsage":null,"subjectKeyId":null,"authorityKeyId":null,)"
          R"("ocspServer":null,"issuingCertificateURL":null,"crlDistributionPoints":null,)"
          R"("policyIdentifiers":null,"basicConstraints":null,"nameConstraints":null,)"
          R"("signatureAlgorithm":""})");
}

TEST_CASE("what is no certificate is shown to nobody") {
    CHECK(shown("[]").starts_with("error unmarshaling certificate: "));
    CHECK(shown(R"({"keyUsage": "walk"})").find("unsupported keyUsage walk") != std::string::npos);
}

}  // namespace
}  // namespace step::profile
