#include "profile/builtin.h"

#include <doctest/doctest.h>

#include "crypto/keygen.h"
#include "profile/render.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

using namespace step;
using profile::Builtin;

namespace {

const crypto::PrivateKey& ec_key() {
    static const auto key = crypto::generate_key(crypto::KeyKind::kEcP256);
    return *key;
}
const crypto::PrivateKey& rsa_key() {
    static const auto key = crypto::generate_key(crypto::KeyKind::kRsa, 2048);
    return *key;
}

std::shared_ptr<const x509::Csr> request(const x509::Name& subject, const x509::AltNames& names,
                                         const crypto::PrivateKey& key) {
    const auto der = x509::make_csr({.subject = subject, .names = names}, key);
    REQUIRE(der);
    const auto csr = x509::parse_csr(*der);
    REQUIRE(csr);
    return std::make_shared<const x509::Csr>(*csr);
}

/// The text form, executed by the engine.
Result<profile::CertificatePlan> executed(Builtin builtin, const profile::Given& given,
                                          const std::shared_ptr<const x509::Csr>& csr) {
    profile::TemplateData data;
    profile::set_names(data, given.subject, given.names);
    data.set_insecure("CR", profile::request_value(csr));
    test::FakeClock clock;
    test::FakeRandom random;
    return profile::render_certificate(*profile::builtin_template(builtin), data, {clock, random});
}

x509::Name odd_subject() {
    x509::Name name = x509::to_name({.country = {"DE", "FR"},
                                     .organization = {"A \"quoted\" & <odd> one"},
                                     .organizational_unit = {"\xc3\xbc", "b"},
                                     .locality = {"L"},
                                     .province = {"P"},
                                     .street_address = {"S 1"},
                                     .postal_code = {"12345"},
                                     .serial_number = "77",
                                     .common_name = "line\nbreak \xe2\x80\xa8"});
    name.rdns.push_back({{.type = x509::oid::kEmailAddress,
                          .tag = asn1::Tag::kIa5String,
                          .value = "me@example.test"}});
    name.rdns.push_back(
        {{.type = *asn1::Oid::from_text("0.9.2342.19200300.100.1.25"), .value = "example"}});
    return name;
}

}  // namespace

TEST_CASE("built-in templates and the plans made without their text are the same") {
    const std::vector<x509::Name> subjects = {
        x509::Name(), x509::to_name({.common_name = "a.test"}), odd_subject(),
        x509::Name{.rdns = {{{.type = x509::oid::kCommonName, .value = ""}}}}};
    const std::vector<x509::AltNames> names = {
        {},
        {.dns = {"a.test", "*.b.test"},
         .emails = {"me@a.test"},
         .ips = {"\x0a\x01\x02\x03", Bytes(15, '\0') + "\x01"},
         .uris = {"https://user@a.test:8443/p%20q?x=1&y=<2>#f", "urn:a:b"}},
        {.uris = {"spiffe://a.test/x"}}};
    const std::vector<profile::Given> given = {
        {},
        {.subject = {.common_name = "given.test"}, .names = {.dns = {"given.test", "x"}}},
        {.subject = {.organization = {"O"}, .common_name = "\"quoted\""}, .names = names[1]}};
    for (const crypto::PrivateKey* key : {&ec_key(), &rsa_key()}) {
        for (const x509::Name& subject : subjects) {
            for (const x509::AltNames& alt : names) {
                const auto csr = request(subject, alt, *key);
                for (const profile::Given& one : given) {
                    for (const Builtin builtin :
                         {Builtin::kLeaf, Builtin::kInstance, Builtin::kAdmin,
                          Builtin::kAttestedLeaf, Builtin::kIntermediate, Builtin::kRoot}) {
                        INFO(static_cast<int>(builtin), " ", subject.text());
                        const auto text = executed(builtin, one, csr);
                        REQUIRE_MESSAGE(text, (text ? "" : text.error().detail));
                        const auto plan =
                            profile::builtin_plan(builtin, one, key->public_key(), csr.get());
                        REQUIRE(plan);
                        const x509::Draft a = profile::to_draft(*text, key->public_key());
                        const x509::Draft b = profile::to_draft(*plan, key->public_key());
                        const auto scheme = crypto::SignatureScheme::kEcdsaSha256;
                        CHECK(x509::encode_tbs(a, "1", "", scheme) ==
                              x509::encode_tbs(b, "1", "", scheme));
                        CHECK(text->names == plan->names);
                        CHECK(profile::common_names(*text) == profile::common_names(*plan));
                    }
                }
            }
        }
    }
}

TEST_CASE("the built-in that copies a request brings its names to those that policies see") {
    const auto csr = request(odd_subject(), {.dns = {"a.test"}, .uris = {"urn:x:y"}}, ec_key());
    const auto plan = executed(Builtin::kRequest, {}, csr);
    REQUIRE(plan);
    CHECK(profile::encode_subject(*plan) == csr->subject_der);
    CHECK(plan->names == csr->names);
    CHECK(plan->extensions == csr->extensions);
    CHECK(profile::common_names(*plan) == std::vector<std::string>{"line\nbreak \xe2\x80\xa8"});
}

TEST_CASE("alternative names of a request without subject become critical when it is copied") {
    const auto csr = request({}, {.dns = {"a.test"}}, ec_key());
    REQUIRE(!csr->extensions.at(0).critical);
    const auto plan = executed(Builtin::kRequest, {}, csr);
    REQUIRE(plan);
    CHECK(plan->extensions.at(0).critical);
}
