#include "profile/plan.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "crypto/keygen.h"

using namespace step;
using profile::CertificatePlan;
using profile::decode_certificate;

namespace {

CertificatePlan must(std::string_view json) {
    auto plan = decode_certificate(json);
    REQUIRE_MESSAGE(plan, (plan ? "" : plan.error().detail));
    return *std::move(plan);
}

Error fails(std::string_view json) {
    auto plan = decode_certificate(json);
    REQUIRE_MESSAGE(!plan, json);
    return plan.error();
}

}  // namespace

TEST_CASE("names that stand in a raw extension are seen by policies") {
    const Bytes extension = x509::encode_alt_names(
        {.dns = {"hidden.test"}, .emails = {"a@hidden.test"}, .uris = {"urn:hidden"}});
    const CertificatePlan plan =
        must(R"({"dnsNames": "ignored.test", "extensions": [{"id": "2.5.29.17", "value": ")" +
             encode_base64(extension) + R"("}]})");
    CHECK(plan.names.dns == std::vector<std::string>{"hidden.test"});
    CHECK(plan.names.emails == std::vector<std::string>{"a@hidden.test"});
    CHECK(plan.names.uris == std::vector<std::string>{"urn:hidden"});
    CHECK(plan.extensions.at(0).value == extension);
}

TEST_CASE("names beside names of other kinds are seen by policies, and so are the others") {
    const CertificatePlan plan = must(
        R"({"subject": "x", "dnsNames": "A.Test", "sans": [{"type": "userPrincipalName", "value": "u@ad.test"},
            {"type": "ip", "value": "10.0.0.1"}, {"value": "b@c.test"}, {"type": "uri", "value": "urn:x"}]})");
    CHECK(plan.names == x509::AltNames{.dns = {"a.test"},
                                       .emails = {"b@c.test"},
                                       .ips = {Bytes("\x0a\x00\x00\x01", 4)},
                                       .uris = {"urn:x"}});
    CHECK(plan.other_names.size() == 1);
    REQUIRE(plan.extensions.size() == 1);
    const auto parsed = x509::parse_alt_names(plan.extensions[0].value);
    REQUIRE(parsed);
    CHECK(parsed->names == plan.names);
    CHECK(parsed->others == plan.other_names);
    // What is generated besides would be a second one.
    const auto key = crypto::generate_key(crypto::KeyKind::kEd25519);
    const x509::Draft draft = profile::to_draft(plan, key->public_key());
    const Bytes tbs =
        x509::encode_tbs(draft, "\x01", draft.subject_der, crypto::SignatureScheme::kEd25519);
    CHECK(tbs.find("\x06\x03\x55\x1d\x11") == tbs.rfind("\x06\x03\x55\x1d\x11"));
}

TEST_CASE("common names are those that the certificate will carry") {
    const auto names = [](std::string_view json) { return profile::common_names(must(json)); };
    using Names = std::vector<std::string>;
    CHECK(names("{}").empty());
    CHECK(names(R"({"subject": "x"})") == Names{"x"});
    CHECK(names(R"({"subject": {"commonName": "x", "extraNames":
                    [{"type": "2.5.4.3", "value": "y"}, {"type": "2.5.4.3", "value": "z"}]}})") ==
          Names{"y", "z"});
    CHECK(names(R"({"subject": "seen", "rawSubject": ")" +
                encode_base64(x509::encode_name(x509::to_name({.common_name = "real"}))) + "\"}") ==
          Names{"real"});
}

TEST_CASE("what the original drops in silence is refused") {
    CHECK(
        fails(R"({"sans": [{"type": "ip", "value": "10.0.0"}]})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"sans": [{"type": "uri", "value": "%zz"}]})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"extensions": [{"value": "AQID"}]})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"extensions": [null]})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"serialNumber": 0})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"serialNumber": -1})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"serialNumber": "1461501637330902918203684832716283019655932542976"})")
              .has_reason(profile::kBadContent));
    CHECK(fails(R"({"extensions": [{"id": "2.5.29.17", "value": "AQID"}]})")
              .has_reason(profile::kBadContent));
    CHECK(fails(R"({"extensions": [{"id": "2.5.29.15", "value": "AQID"}]})")
              .detail.starts_with("error parsing certificate: "));
    CHECK(fails(R"({"policyIdentifiers": ["1.2.3", "1.2.4", "1.2.3"]})").detail ==
          "error parsing certificate: x509: invalid certificate policies");
    CHECK(fails(R"({"uris": "https://a..b/"})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"rawSubject": "AQID"})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"dnsNames": "b\u00fccher.test"})").has_reason(profile::kBadContent));
    CHECK(fails(R"({"crlDistributionPoints": "http://\u00fc"})").has_reason(profile::kBadContent));
}

TEST_CASE("empty names and a serial number of null are as if they were not there") {
    CHECK(
        must(
            R"({"dnsNames": ["", null], "emailAddresses": "", "sans": [{"type": "dns", "value": ""}]})")
            .names.empty());
    CHECK(!must(R"({"serialNumber": null})").serial);
}

TEST_CASE("an error shows the line of the template's output and the column") {
    const Error syntax = fails("{\n  \"subject\": x\n}");
    CHECK(syntax.has_reason(profile::kBadOutput));
    CHECK(syntax.detail ==
          "error unmarshaling certificate: invalid character 'x' looking for beginning of value");
    CHECK(syntax.cause == "line 2, column 14 of the template's output:   \"subject\": x");
    const Error value = fails("{\"subject\": \"x\",\n \"keyUsage\":\n  \"nope\\u001b\"}");
    CHECK(value.has_reason(profile::kBadOutput));
    CHECK(value.cause == "line 3, column 3 of the template's output:   \"nope\\u001b\"}");
    CHECK(fails("").detail == "error unmarshaling certificate: EOF");
    CHECK(fails("{").detail == "error unmarshaling certificate: unexpected EOF");
}

TEST_CASE("times go to the end of RFC 5280's calendar") {
    const CertificatePlan plan =
        must(R"({"notBefore": "2024-01-02T03:04:05.9+01:00", "notAfter": "9999-12-31T23:59:59Z"})");
    CHECK(plan.not_before->time_since_epoch().count() == 1'704'161'045);
    CHECK(plan.not_after->time_since_epoch().count() == 253'402'300'799);
    CHECK(!must(R"({"notAfter": "0001-01-01T00:00:00Z"})").not_after);
}

TEST_CASE("a scheme must fit the issuer's key") {
    const auto key = crypto::generate_key(crypto::KeyKind::kEcP384);
    const auto choose = [&](std::string_view json) {
        return profile::choose_scheme(must(json), key->public_key(),
                                      crypto::SignatureScheme::kEcdsaSha384);
    };
    CHECK(*choose("{}") == crypto::SignatureScheme::kEcdsaSha384);
    CHECK(*choose(R"({"signatureAlgorithm": "ecdsa-SHA512"})") ==
          crypto::SignatureScheme::kEcdsaSha512);
    CHECK(choose(R"({"signatureAlgorithm": "SHA256-RSAPSS"})")
              .error()
              .has_reason(profile::kBadContent));
}
